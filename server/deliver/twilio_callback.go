package deliver

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the provider's choice; HMAC needs no collision resistance
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// twilioSignature is the header field with the signature of a callback.
const twilioSignature = "X-Twilio-Signature"

// Callback answers the provider: reports of what became of messages and calls,
// and the question what a call says. The signature decides who is heard: 403 for
// all others, whatever they ask.
func (t *Twilio) Callback(reports *Reports) func(context.Context, string, http.Header, []byte) (int, string, []byte) {
	return func(ctx context.Context, path string, h http.Header, body []byte) (int, string, []byte) {
		token, err := t.opt.Token()
		if err != nil {
			return http.StatusServiceUnavailable, "", nil
		}
		form, err := url.ParseQuery(string(body))
		address := strings.TrimRight(t.opt.Origin, "/") + path
		if err != nil || !twilioSigned(h.Get(twilioSignature), token, address, form) {
			return http.StatusForbidden, "", nil
		}
		if word, ok := strings.CutPrefix(path, "/v1/calls/"+t.opt.Name+"/"); ok {
			return t.pressed(ctx, word, token, form, reports)
		}
		report, ok := t.report(form)
		if ok && reports.Take(ctx, report) != nil {
			return http.StatusServiceUnavailable, "", nil
		}
		return http.StatusNoContent, "", nil
	}
}

// twilioSigned checks HMAC-SHA-1 over the address and all fields in order.
func twilioSigned(signature, token, address string, form url.Values) bool {
	sent, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return false
	}
	m := hmac.New(sha1.New, []byte(token))
	m.Write([]byte(address))
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		values := slices.Clone(form[name])
		slices.Sort(values)
		for _, v := range slices.Compact(values) {
			m.Write([]byte(name + v))
		}
	}
	return hmac.Equal(sent, m.Sum(nil))
}

// pressed answers a pressed key: 1 says the words, any other asks once more.
func (t *Twilio) pressed(ctx context.Context, word, token string, form url.Values, reports *Reports) (int, string, []byte) {
	id, ok := callOf(word, token, t.opt.Now())
	if !ok || t.opt.Source == nil {
		return http.StatusNotFound, "", nil
	}
	m, err := t.opt.Source.MessageUnderWay(ctx, id, api.ChannelVoice)
	if err != nil {
		return http.StatusNotFound, "", nil
	}
	l, err := WritePhone(m, "", t.opt.Now())
	if err != nil {
		return http.StatusNotFound, "", nil
	}
	if form.Get("Digits") != "1" {
		return http.StatusOK, "text/xml", []byte(t.prompt(l.Language, l.Prompt, t.wordsURL(l, token)))
	}
	err = reports.Take(ctx, server.Report{
		MessageID: id, Provider: t.opt.Name + "/" + form.Get("CallSid"), State: api.DeliveryDelivered, Detail: "somebody pressed 1 to hear it",
	})
	if err != nil {
		return http.StatusServiceUnavailable, "", nil
	}
	return http.StatusOK, "text/xml", []byte(spokenWords(l))
}

// report reads a status; false for one that changes nothing.
func (t *Twilio) report(form url.Values) (server.Report, bool) {
	r := server.Report{Provider: t.opt.Name + "/" + form.Get("MessageSid")}
	status := form.Get("MessageStatus")
	if sid := form.Get("CallSid"); sid != "" {
		r.Provider, r.Mild = t.opt.Name+"/"+sid, true
		status = form.Get("CallStatus")
	}
	r.State, r.Detail = twilioState(status, r.Mild)
	if r.State == "" {
		return r, false
	}
	if code := form.Get("ErrorCode"); code != "" && strings.Trim(code, "0123456789") == "" && len(code) <= 5 {
		r.Detail += ", error " + code + twilioWords(code)
		r.Ours = !aboutThePhone(code)
	}
	return r, true
}

// aboutThePhone says whether an error of a message that was taken speaks of the phone,
// or of nothing in particular. The rest speaks of the message, of its sender or of
// the provider's account: no word against the phone.
func aboutThePhone(code string) bool {
	return slices.Contains([]string{"30003", "30004", "30005", "30006", "30008", "13223", "13224"}, code)
}

// twilioState is what a status means and how it is told; empty for one that changes
// nothing. That a call is completed says that nobody pressed the key: what was
// heard outweighs it.
func twilioState(status string, call bool) (state, detail string) {
	if call {
		said := map[string]string{
			"busy": "the line was busy", "no-answer": "nobody answered", "completed": "answered, and nobody pressed 1",
			"failed": "the call did not get through", "canceled": "the call did not get through",
		}[status]
		if said == "" {
			return "", ""
		}
		return api.DeliveryBounced, said
	}
	switch status {
	case "delivered", "read":
		return api.DeliveryDelivered, status
	case "failed", "undelivered":
		return api.DeliveryBounced, status
	}
	return "", ""
}

// twilioWords says what the provider's commonest errors mean.
func twilioWords(code string) string {
	w := map[string]string{
		"30003": "phone off or out of reach", "30004": "blocked by the phone", "30005": "no such number",
		"30006": "landline, or a carrier that cannot be reached", "30007": "filtered by the carrier", "30008": "no reason given",
	}[code]
	if w == "" {
		return ""
	}
	return ": " + w
}
