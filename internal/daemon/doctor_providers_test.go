package daemon

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server/deliver/delivertest"
)

// told are the findings about phones or returned mail, in English, by line.
func told(list []finding) string {
	var out []string
	for _, f := range list {
		out = append(out, f.state+" "+f.say(text.For("en")))
	}
	return strings.Join(out, "\n")
}

func secretFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(content+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTheDoctorAsksPhoneProviders that are programs of others, and sends nothing.
func TestTheDoctorAsksPhoneProviders(t *testing.T) {
	const sid, token, password = "AC1", "0123456789abcdef0123456789abcdef", "secret01"
	hookSecret := "whsec_" + base64.StdEncoding.EncodeToString([]byte(token))
	twilio := delivertest.StartNode(t, "twilio", map[string]any{"account": sid, "token": token})
	hook := delivertest.StartNode(t, "hook", map[string]any{"secret": hookSecret})
	smsc := delivertest.StartNode(t, "smsc", map[string]any{"user": "holdfast", "password": password})
	http1 := func(n *delivertest.Node) string { return fmt.Sprintf("http://127.0.0.1:%d", n.Port) }
	all := Phone{
		SMS: []PhoneProvider{
			{Name: "acme", Kind: kindTwilio, URL: http1(twilio), Account: sid, From: "+15005550006", SecretFile: secretFile(t, token)},
			{Name: "own", Kind: kindWebhook, URL: http1(hook) + "/take", SecretFile: secretFile(t, hookSecret)},
			{Name: "carrier", Kind: kindSMPP, URL: fmt.Sprintf("smpp://holdfast@127.0.0.1:%d", smsc.Port), From: "Holdfast", SecretFile: secretFile(t, password)},
		},
		Voice: []VoiceProvider{{Name: "calls", Kind: kindTwilio, URL: http1(twilio), Account: sid, From: "+15005550006", SecretFile: secretFile(t, "another")}},
	}
	d := well(Settings{Listen: DefaultListen, Origin: "https://keys.example.org", Data: t.TempDir(), Phone: all})
	plain := "answers, without encryption."
	want := "warning Providers of calls are set, but phone.voice_countries names no country: nobody is called.\n" +
		"warning The provider acme for phones " + plain + "\nwarning The provider own for phones " + plain +
		"\nwarning The provider carrier for phones " + plain + "\nfailing The provider calls for phones: the provider does not let us in (401)."
	if got := told(d.phones(t.Context())); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	twilio.Next("asked")
	for _, e := range []string{"bound", "enquired", "unbound"} { // in this order
		smsc.Next(e)
	}
	if n := twilio.Count("taken") + hook.Count("taken") + smsc.Count("submit"); n != 0 {
		t.Errorf("the doctor sent %d messages", n)
	}
	d.s.Phone = Phone{SMS: all.SMS[2:]}
	d.s.Phone.SMS[0].SecretFile = secretFile(t, "wrong")
	d.s.Origin = "https://192.0.2.7"
	if got := told(d.phones(t.Context())); !strings.HasPrefix(got, "warning origin is not an https:// address with a name") ||
		!strings.HasSuffix(got, "\nfailing The provider carrier for phones: the carrier does not let this server in: status 0x0e: the password is wrong.") {
		t.Error(got)
	}
}

// TestTheDoctorsLookAtProvidersThatAreNotWell: TLS, addresses and secrets.
func TestTheDoctorsLookAtProvidersThatAreNotWell(t *testing.T) {
	good := secretFile(t, "whsec_"+base64.StdEncoding.EncodeToString(make([]byte, 32)))
	status := http.StatusNoContent
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodHead || r.Header.Get("webhook-signature") != "" {
			t.Errorf("%s, signed %q", r.Method, r.Header.Get("webhook-signature"))
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(secure.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*PhoneProvider)
		status int
		want   string
	}{
		"well":                   {func(*PhoneProvider) {}, 405, "ok phone"},
		"wants signatures first": {func(*PhoneProvider) {}, 401, "ok phone"},
		"broken":                 {func(*PhoneProvider) {}, 502, "failing phone-refuses: the provider answers with 502"},
		"a stranger":             {func(p *PhoneProvider) { p.CAFile = "" }, 204, "failing phone-refuses: the provider's certificate is not trusted"},
		"away":                   {func(p *PhoneProvider) { p.URL = "https://127.0.0.1:1/" }, 204, "failing phone-refuses: the provider cannot be reached"},
		"no secret":              {func(p *PhoneProvider) { p.SecretFile += "-none" }, 204, "failing phone-provider"},
		"carrier away": {func(p *PhoneProvider) {
			p.Kind, p.URL, p.From, p.SecretFile = kindSMPP, "smpps://me@127.0.0.1:1", "Holdfast", secretFile(t, "secret01")
		}, 204, "failing phone-refuses: the carrier cannot be reached"},
		"no carrier": {func(p *PhoneProvider) {
			p.Kind, p.URL, p.From, p.SecretFile = kindSMPP, "smpps://me@"+secure.Listener.Addr().String(), "Holdfast", secretFile(t, "secret01")
			p.CAFile = ""
		}, 204, "failing phone-refuses: the carrier's certificate is not trusted"},
	} {
		t.Run(name, func(t *testing.T) {
			p := PhoneProvider{Name: "own", Kind: kindWebhook, URL: secure.URL, SecretFile: good, CAFile: ca}
			c.change(&p)
			status = c.status
			f := well(Settings{}).provider(t.Context(), p)[0]
			got := f.state + " " + f.key
			if f.refusal != nil {
				got = f.state + " " + f.refusal.Key
			} else if f.data["Why"] != nil {
				got += fmt.Sprintf(": %s", f.data["Why"])
			}
			if got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}

// TestTheDoctorLooksAtReturnedMail: the mailbox, and who reports by webhook.
func TestTheDoctorLooksAtReturnedMail(t *testing.T) {
	good := secretFile(t, "whsec_"+base64.StdEncoding.EncodeToString(make([]byte, 32)))
	d := well(Settings{SMTP: SMTP{URL: aRelay, Reports: []MailReporter{{Name: "post", SecretFile: good}}}})
	if got := told(d.returns(t.Context())); got != "ok Who may report on mail, with a secret that can be read: 1." {
		t.Error(got)
	}
	d.s.SMTP.Reports[0].SecretFile = good + "-none"
	d.s.SMTP.Returns.Maildir = t.TempDir()
	if got := told(d.returns(t.Context())); strings.Count(got, "failing") != 2 {
		t.Error(got)
	}
	box := delivertest.StartMailbox(t)
	box.Put("1.x", "From: kim@example.org\nSubject: hello\n\nthank you\n")
	d.s.SMTP = SMTP{URL: aRelay, Returns: Returns{URL: box.URL, PasswordFile: box.PasswordFile, CAFile: box.CAFile, Every: Duration(time.Minute)}}
	if got := told(d.returns(t.Context())); got != "ok The mailbox for returned mail can be read." {
		t.Error(got)
	}
	d.s.SMTP.Returns.URL += "/Nowhere"
	if got := told(d.returns(t.Context())); got != "failing Returned mail: there is no such mailbox for returned mail." {
		t.Error(got)
	}
	d.s.SMTP.Returns.CAFile = ""
	if got := told(d.returns(t.Context())); !strings.HasPrefix(got, "failing Returned mail: the mailbox for returned mail cannot be reached") {
		t.Error(got)
	}
}
