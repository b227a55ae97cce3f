package daemon

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
)

func TestPhoneSettings(t *testing.T) {
	good := func() PhoneProvider {
		return PhoneProvider{Name: "acme", Kind: "twilio", URL: "https://api.example.org", Account: "AC1", From: "+15005550006", SecretFile: "x"}
	}
	for name, c := range map[string]struct {
		change func(*Settings)
		want   string // of the refusal; empty for none
	}{
		"one":           {func(*Settings) {}, ""},
		"two of a name": {func(s *Settings) { s.Phone.SMS = append(s.Phone.SMS, good()) }, "phone-twice"},
		"both lists":    {func(s *Settings) { s.Phone.Voice = []VoiceProvider{{Name: "acme"}} }, "phone-twice"},
		"no name":       {func(s *Settings) { s.Phone.SMS[0].Name = "" }, "phone-provider"},
		"no account":    {func(s *Settings) { s.Phone.SMS[0].Account = "" }, "phone-provider"},
		"unknown kind":  {func(s *Settings) { s.Phone.SMS[0].Kind = "pigeon" }, "phone-provider"},
		"plain twilio":  {func(s *Settings) { s.Phone.SMS[0].Plain = true }, "phone-provider"},
		"webhook":       {func(s *Settings) { s.Phone.SMS[0].Kind, s.Phone.SMS[0].Account = "webhook", "" }, ""},
		"smpp":          {func(s *Settings) { s.Phone.SMS[0].Kind, s.Phone.SMS[0].Account = "smpp", "" }, ""},
		"window": {func(s *Settings) {
			s.Phone.SMS[0].Kind, s.Phone.SMS[0].Account, s.Phone.SMS[0].Window = "smpp", "", 1001
		}, "phone-provider"},
		"calls by smpp": {func(s *Settings) {
			s.Phone.Voice = []VoiceProvider{{Name: "v", Kind: "smpp", URL: "u", SecretFile: "x", From: "1"}}
		}, "phone-provider"},
		"countries":       {func(s *Settings) { s.Phone.Countries = []string{"VN", "RU"} }, ""},
		"no country":      {func(s *Settings) { s.Phone.VoiceCountries = []string{"vn"} }, "phone-country"},
		"too long a name": {func(s *Settings) { s.Origin = "https://" + strings.Repeat("a", 60) + ".example.org" }, "phone-host"},
	} {
		s := Settings{Phone: Phone{SMS: []PhoneProvider{good()}}}
		c.change(&s)
		if err := checkPhone(&s); (err == nil) != (c.want == "") || err != nil && !isRefusal(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestProvidersAreReachedUnderTheirNames: a server with providers answers their
// callbacks, and nobody else's.
func TestProvidersAreReachedUnderTheirNames(t *testing.T) {
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	provider := PhoneProvider{Name: "acme", Kind: "twilio", URL: "https://api.example.org", Account: "AC1", From: "+15005550006", SecretFile: token}
	s := Settings{Listen: "127.0.0.1:0", Data: t.TempDir(), Phone: Phone{SMS: []PhoneProvider{provider}}}
	d, err := New(Options{Settings: s})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done; _ = d.Close() })
	for path, want := range map[string]int{"/v1/reports/acme": 403, "/v1/calls/acme/x": 403, "/v1/reports/other": 404, "/v1/reports/": 404} {
		r, err := http.Post(d.URL()+path, "application/x-www-form-urlencoded", strings.NewReader("MessageSid=SM1&MessageStatus=delivered"))
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		if r.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, r.StatusCode, want)
		}
	}
	if got := d.phoneChannels(); !slices.Equal(got, []string{api.ChannelSMS, api.ChannelVoice}) {
		t.Errorf("channels beside the local outbox: %v", got)
	}
	s.Data, s.Phone.SMS[0].SecretFile = t.TempDir(), filepath.Join(t.TempDir(), "none")
	if _, err := New(Options{Settings: s}); !isRefusal(err, "phone-provider") || strings.Contains(err.Error(), "secret\n") {
		t.Errorf("a secret that is not there: %v", err)
	}
}
