package daemon

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/roots"
)

// exitTampered is the exit code of verify-audit where the log is not as it was
// written.
const exitTampered = 3

// tampered says that verify-audit found something; it has said what.
type tampered struct{ findings int64 }

// Error is for logs: the findings themselves were printed.
func (t tampered) Error() string { return fmt.Sprintf("the audit log: %d findings", t.findings) }

// verifyAudit walks the whole audit log and says what was changed, removed or cut
// off, also beside a running server.
func (p Program) verifyAudit(ctx context.Context) error {
	var path string
	s, rest, err := p.settings(rootsFlag(&path))
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return refuse("flags", text.Data{"Why": rest[0]})
	}
	exports, err := exportsAt(path)
	if err != nil {
		return err
	}
	say := text.For(p.language())
	return withService(s, func(service *server.Service) error {
		report, err := service.VerifyTrail(ctx, exports, func(f server.AuditFinding) error {
			_, err := fmt.Fprintln(p.Stdout, sayFinding(say, f))
			return err
		})
		if err != nil {
			return err
		}
		return p.audited(say, report)
	})
}

func rootsFlag(path *string) func(*flag.FlagSet) {
	return func(f *flag.FlagSet) { f.StringVar(path, "roots", "", "") }
}

// exportsAt gives the exported roots of a file or folder; none for no path.
func exportsAt(path string) ([]server.AuditExport, error) {
	if path == "" {
		return nil, nil
	}
	list, err := roots.List(path)
	if err != nil || len(list) == 0 {
		return nil, refuseFor("audit-roots", err, text.Data{"Path": path})
	}
	var out []server.AuditExport
	for _, x := range list {
		open := func() (io.ReadCloser, error) { return os.Open(x.Path) }
		out = append(out, server.AuditExport{Name: filepath.Base(x.Path), Open: open})
	}
	return out, nil
}

func sayFinding(say *text.Printer, f server.AuditFinding) string {
	account := f.Account
	switch {
	case account == server.ConsoleTrail:
		account = say.T("daemon.audit.console")
	case code.ValidAccount(account):
		account = code.GroupAccount(account)
	}
	line := say.T("daemon.audit."+f.What, text.Data{"Account": account, "Row": f.Seq, "Root": f.Root})
	if f.File != "" {
		line += " (" + f.File + ")"
	}
	return line
}

// audited says how much was verified, and how it came out.
func (p Program) audited(say *text.Printer, r server.AuditReport) error {
	lines := []string{say.T("daemon.audit.verified", text.Data{
		"Accounts": r.Accounts, "Rows": r.Rows, "Roots": r.Roots, "Exports": r.Exports,
	})}
	if r.Covered != 0 {
		lines = append(lines, say.T("daemon.audit.covered", text.Data{"Time": stamp(r.Covered)}))
	} else {
		lines = append(lines, say.T("daemon.audit.uncovered"))
	}
	result := "daemon.audit.sound"
	if r.Findings > 0 {
		result = "daemon.audit.tampered"
	}
	for _, line := range append(lines, say.T(result, text.Data{"Count": r.Findings})) {
		if _, err := fmt.Fprintln(p.Stdout, line); err != nil {
			return err
		}
	}
	if r.Findings > 0 {
		return tampered{r.Findings}
	}
	return nil
}
