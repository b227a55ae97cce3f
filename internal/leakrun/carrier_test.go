package leakrun

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/internal/fastclient"
	"github.com/seed-1feef0b2/holdfast/server/deliver"
)

// carrier brings text messages (a signed webhook) and calls (Twilio's interface) to
// phones, and reports to the server what became of them, in words that repeat the
// number and the code.
type carrier struct {
	r          *rig
	url        string
	hook       []byte
	token      string
	mu         sync.Mutex
	codes      map[string]string // by number: the newest
	failing    map[string]bool   // numbers whose messages come back from now on
	background sync.WaitGroup
}

func startCarrier(t *testing.T, r *rig) *carrier {
	c := &carrier{r: r, codes: map[string]string{}, failing: map[string]bool{}, token: fastclient.Random(16), hook: make([]byte, 32)}
	_, _ = rand.Read(c.hook)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /take", c.message)
	mux.HandleFunc("POST /2010-04-01/Accounts/AC1/Calls.json", c.call)
	s := httptest.NewServer(mux)
	t.Cleanup(func() { s.Close(); c.background.Wait() })
	c.url = s.URL
	r.secret("provider's secret", c.token, base64.StdEncoding.EncodeToString(c.hook))
	return c
}

// settings are the server's settings for this carrier.
func (c *carrier) settings(t *testing.T) map[string]any {
	t.Helper()
	file := func(content string) string {
		path := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return map[string]any{
		"sms": []any{map[string]any{
			"name": "carrier", "kind": "webhook", "url": c.url + "/take", "from": "Holdfast",
			"secret_file": file("whsec_" + base64.StdEncoding.EncodeToString(c.hook)),
		}},
		"voice": []any{map[string]any{
			"name": "caller", "kind": "twilio", "url": c.url, "account": "AC1", "from": "+15005550006", "secret_file": file(c.token),
		}},
		"voice_countries": []string{"VN", "DE", "FR", "IT", "ES", "GB"},
	}
}

// ringing is how long a phone rings: no provider reports earlier.
const ringing = 500 * time.Millisecond

// refuses says whether a number is none, to this carrier.
func refuses(number string) bool { return strings.HasSuffix(number, "99") }

var sixDigits = regexp.MustCompile(`^\d{6}\b`)

func (c *carrier) took(number, code string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.codes[number] = code
	c.r.issued(code)
}

// code waits for a code to a number that is not the one before.
func (c *carrier) code(number, before string) string {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		c.mu.Lock()
		code := c.codes[number]
		c.mu.Unlock()
		if code != "" && code != before {
			return code
		}
	}
	c.r.t.Errorf("no code to a phone")
	return "000000"
}

// fails makes what comes to a number come back from now on.
func (c *carrier) fails(number string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failing[number] = true
}

func (c *carrier) message(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	var m struct {
		Data struct{ ID, To, Text, ReportURL string } `json:"data"`
	}
	if deliver.CheckHook(r.Header, [][]byte{c.hook}, time.Now(), raw) != nil || json.Unmarshal(raw, &m) != nil {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	code := sixDigits.FindString(m.Data.Text)
	detail := fmt.Sprintf("%s got %q", m.Data.To, m.Data.Text)
	if refuses(m.Data.To) {
		w.WriteHeader(http.StatusUnprocessableEntity)
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"detail": detail})
	if code != "" {
		c.took(m.Data.To, code)
	}
	kind := "message.delivered"
	c.mu.Lock()
	if c.failing[m.Data.To] {
		kind = "message.failed"
	}
	c.mu.Unlock()
	c.background.Go(func() {
		time.Sleep(ringing)
		body, _ := json.Marshal(map[string]any{"type": kind, "data": map[string]string{"id": m.Data.ID, "detail": detail}})
		c.tell("/v1/reports/carrier", body, true)
		c.tell("/v1/reports/carrier", body, false)
	})
}

// tell sends a report, signed, or under a signature of somebody else's.
func (c *carrier) tell(path string, body []byte, signed bool) {
	r, _ := http.NewRequest(http.MethodPost, c.r.to.URL+path, strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	secret := c.hook
	if !signed {
		secret = slices.Repeat([]byte("x"), 32)
	}
	deliver.SignHook(r.Header, secret, "r_1", time.Now(), body)
	if resp, err := c.r.http.Do(r); err == nil {
		resp.Body.Close()
		c.r.done(fmt.Sprintf("report, answered %d", resp.StatusCode))
	}
}

// call answers the phone: it presses the key, and writes down what is said.
func (c *carrier) call(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	to, form := r.PostForm.Get("To"), r.PostForm.Get("Twiml")
	if _, password, _ := r.BasicAuth(); password != c.token {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	var prompt struct {
		Gather struct {
			Action string `xml:"action,attr"`
		}
	}
	if err := xml.Unmarshal([]byte(form), &prompt); err != nil || prompt.Gather.Action == "" {
		c.r.t.Errorf("a call without an address: %v", err)
	}
	w.WriteHeader(http.StatusCreated)
	sid := "CA" + fastclient.Random(16)
	_ = json.NewEncoder(w).Encode(map[string]string{"sid": sid, "status": "queued to " + to})
	c.background.Go(func() {
		time.Sleep(ringing)
		action := prompt.Gather.Action
		c.r.secret("call's address", action[strings.LastIndexByte(action, '/')+1:])
		fields := url.Values{"CallSid": {sid}, "To": {to}, "Digits": {"1"}, "AccountSid": {"AC1"}}
		var reply struct {
			Say []string
		}
		said := c.signed(action, fields)
		if len(said) == 0 {
			return // the number was given up meanwhile
		}
		if err := xml.Unmarshal(said, &reply); err != nil {
			c.r.t.Errorf("what a call says: %v: %s", err, said)
		}
		if code := spokenCode(reply.Say); code != "" {
			c.took(to, code)
		}
		c.signed(origin+"/v1/reports/caller", url.Values{"CallSid": {sid}, "CallStatus": {"completed"}, "To": {to}})
	})
}

// signed posts a form as the provider does, signed for the address that it was told.
func (c *carrier) signed(address string, fields url.Values) []byte {
	text := address
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range fields {
			if !yield(name) {
				return
			}
		}
	}) {
		text += name + fields.Get(name)
	}
	m := hmac.New(sha1.New, []byte(c.token))
	m.Write([]byte(text))
	r, _ := http.NewRequest(http.MethodPost, strings.Replace(address, origin, c.r.to.URL, 1), strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString(m.Sum(nil)))
	resp, err := c.r.http.Do(r)
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(resp.Body)
	c.r.done(fmt.Sprintf("call back, answered %d", resp.StatusCode))
	return raw
}

// spokenCode reads six digits that were said one by one, in English.
func spokenCode(phrases []string) string {
	words := []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
	code := ""
	for _, p := range phrases {
		for _, word := range strings.FieldsFunc(strings.ToLower(p), func(r rune) bool { return r < 'a' || r > 'z' }) {
			if i := slices.Index(words, word); i >= 0 && len(code) < 6 && strings.Trim(strings.ToLower(p), ".,") == word {
				code += fmt.Sprint(i)
			}
		}
	}
	if len(code) != 6 {
		return ""
	}
	return code
}
