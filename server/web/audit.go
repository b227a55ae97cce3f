package web

import (
	"io"
	"strconv"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/roots"
)

func (k *call) auditSearch() error { return k.page("search", "audit") }

func (k *call) auditFind() error { return k.find("audit") }

func (k *call) audit() error {
	after := int64(0)
	if s := k.r.URL.Query().Get("after"); s != "" {
		var err error
		if after, err = strconv.ParseInt(s, 10, 64); err != nil || after < 0 {
			return errForm
		}
	}
	p, err := k.cfg.Service.StaffAudit(k.r.Context(), k.seat, k.r.PathValue("number"), after)
	if err != nil {
		return err
	}
	return k.page("audit", p)
}

// download is a reply whose head is written with its first byte, so that a
// refusal can still be a page.
type download struct {
	k    *call
	name string
	sent bool
}

func (d *download) Write(b []byte) (int, error) {
	if !d.sent {
		h := d.k.w.Header()
		h.Set("Content-Type", "application/jsonl; charset=utf-8")
		h.Set("Content-Disposition", `attachment; filename="`+d.name+`"`)
		d.sent = true
	}
	return d.k.w.Write(b)
}

// finish gives the error of an export that has not begun.
func (d *download) finish(err error) error {
	if d.sent && err != nil { // too late for a page: the file is cut off
		d.k.cfg.Log.ErrorContext(d.k.r.Context(), "an export was cut off", "cause", err.Error())
		return nil
	}
	return err
}

func (k *call) auditExport() error {
	number := code.Normalise(k.r.PathValue("number"))
	for _, c := range number {
		if c < '0' || c > '9' {
			return api.NewError(api.CodeNotFound)
		}
	}
	d := &download{k: k, name: "audit-" + number + ".jsonl"}
	return d.finish(k.cfg.Service.StaffAuditExport(k.r.Context(), k.seat, number, d))
}

func (k *call) roots() error {
	list, err := k.cfg.Service.StaffRoots(k.r.Context(), k.seat)
	if err != nil {
		return err
	}
	return k.page("roots", list)
}

func (k *call) rootExport() error {
	number, err := strconv.ParseInt(k.r.PathValue("root"), 10, 64)
	if err != nil {
		return api.NewError(api.CodeNotFound)
	}
	d := &download{k: k}
	return d.finish(k.cfg.Service.StaffRootExport(k.r.Context(), k.seat, number, func(r server.AuditRoot) io.Writer {
		d.name = roots.FileName(r.Epoch, r.Number)
		return d
	}))
}
