package crashtest

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/nyaruka/phonenumbers"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/internal/fastclient"
	"github.com/seed-1feef0b2/holdfast/internal/proctest"
)

// carrier takes text messages as the plain webhook hands them over, and counts
// them by number.
type carrier struct {
	mu   sync.Mutex
	sent map[string]int
}

func (c *carrier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	var m struct {
		Data struct {
			To string `json:"to"`
		} `json:"data"`
	}
	if err := json.Unmarshal(raw, &m); err != nil || m.Data.To == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	c.sent[m.Data.To]++
	c.mu.Unlock()
	w.WriteHeader(http.StatusOK)
}

func (c *carrier) to(number string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sent[number]
}

// phones are the settings of a carrier.
func (c *carrier) phones(t *testing.T) map[string]any {
	t.Helper()
	s := httptest.NewServer(c)
	t.Cleanup(s.Close)
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("whsec_"+base64.StdEncoding.EncodeToString(secret)), 0o600); err != nil {
		t.Fatal(err)
	}
	return map[string]any{"phone": map[string]any{
		"sms": []any{map[string]any{"name": "carrier", "kind": "webhook", "url": s.URL, "secret_file": file, "from": "Holdfast"}},
	}}
}

func source(i int) string { return fmt.Sprintf("10.%d.%d.%d", i>>16&255, i>>8&255, i&255) }

// begun is a computer that waits for its first code.
func (r *rig) begun(email, from string) *fastclient.Device {
	d, err := fastclient.New(r.to, email)
	if err != nil {
		r.t.Error(err)
		return nil
	}
	d.Source = from
	if reply, err := d.Register(context.Background()); err != nil || reply.Err() != nil {
		r.t.Error(email, reply.Err(), err)
		return nil
	}
	return d
}

// activated is one whose code was typed.
func (r *rig) activated(email, from string) *fastclient.Device {
	d := r.begun(email, from)
	if d == nil {
		return nil
	}
	right, _ := r.sink.Code(email, d.Challenge.Reference, time.Minute)
	if _, reply, err := d.Answer(context.Background(), right); err != nil || reply.Err() != nil {
		r.t.Error(email, reply.Err(), err)
	}
	return d
}

// TestAttacks: what several processes over one PostgreSQL withstand together.
func TestAttacks(t *testing.T) {
	c := &carrier{sent: map[string]int{}}
	r := newRig(t, 3, proctest.StartPostgres(t), c.phones(t))
	size := func(short, long int) int {
		if full() {
			return long
		}
		return short
	}
	t.Run("answers in parallel", func(t *testing.T) { r.inParallel(t, size(60, 1000)) })
	t.Run("one guess each", func(t *testing.T) { r.oneGuessEach(t, size(10, 10_000)) })
	t.Run("one phone", func(t *testing.T) { r.onePhone(t, c, size(5, 50)) })
	t.Run("six countries", func(t *testing.T) { r.sixCountries(t, c) })
}

// inParallel types the right code so many times at once, each as a request of
// its own.
func (r *rig) inParallel(t *testing.T, n int) {
	d := r.begun("parallel@example.org", source(1))
	right, ok := r.sink.Code(d.Email, d.Challenge.Reference, time.Minute)
	if !ok {
		t.Fatal("no code")
	}
	before := r.balancer.Passed()
	calls, codes := make([]fastclient.Call, n), make([]string, n)
	for i := range calls {
		calls[i] = d.AnswerCall(right)
	}
	begun := time.Now()
	proctest.Crew(n, n, func(i int) {
		reply, _, err := d.Insist(context.Background(), calls[i])
		if codes[i] = reply.Code; err != nil {
			codes[i] = err.Error()
		}
	})
	took := time.Since(begun)
	count := counted(codes)
	if count[""] != 1 || count[api.CodeUsed] != n-1 {
		t.Errorf("%v", count)
	}
	passed := r.balancer.Passed()
	for i := range passed {
		passed[i] -= before[i]
	}
	fmt.Printf("attack: %d answers in parallel at one challenge over %d processes: %d accepted, others %v, in %v; requests by process %v\n",
		n, len(r.servers), count[""], count, took.Round(time.Millisecond), passed)
}

func counted(codes []string) map[string]int {
	count := map[string]int{}
	for _, c := range codes {
		count[c]++
	}
	return count
}

// oneGuessEach makes one guess at each of many accounts. Afterwards the owners'
// own codes are as good as before.
func (r *rig) oneGuessEach(t *testing.T, n int) {
	ctx := context.Background()
	codes, devices := make([]string, n), make([]*fastclient.Device, n)
	begun := time.Now()
	proctest.Crew(n, 16, func(i int) {
		d := r.begun(fmt.Sprintf("spray%d@example.org", i), source(1000+i))
		if devices[i] = d; d == nil {
			return
		}
		guess := code.WithCheck(fmt.Sprintf("ZZZZ%04d", i%10_000))
		_, reply, err := d.Answer(ctx, guess)
		if codes[i] = reply.Code; err != nil {
			codes[i] = err.Error()
		}
		if left := reply.Problem.TriesLeft; reply.Code == api.CodeWrong && (left == nil || *left != 4) {
			t.Errorf("%s: tries left %v", d.Email, left)
		}
	})
	count, good := counted(codes), 0
	for i := 0; i < n; i += max(1, n/20) {
		d := devices[i]
		right, _ := r.sink.Code(d.Email, d.Challenge.Reference, time.Minute)
		if _, reply, err := d.Answer(ctx, right); err == nil && reply.Err() == nil {
			good++
		} else {
			t.Errorf("%s: the owner's code: %s %v", d.Email, reply.Code, err)
		}
	}
	if count[api.CodeWrong] != n {
		t.Errorf("%v", count)
	}
	fmt.Printf("attack: %d × 1 guess over %d accounts: %d accepted, %d wrong, in %v; %d owners' codes tried afterwards, all good\n",
		n, n, count[""], count[api.CodeWrong], time.Since(begun).Round(time.Second), good)
}

// asksPhone asks to enrol a phone.
func asksPhone(d *fastclient.Device, number string) fastclient.Reply {
	reply, _, err := d.Insist(context.Background(), fastclient.Call{
		Method: http.MethodPost, Path: d.Path(api.RoutePhones, ""), Body: api.PhoneRequest{Number: number, Password: fastclient.Password},
	})
	if err != nil {
		reply.Code = err.Error()
	}
	return reply
}

func mobile(t *testing.T, country string) string {
	t.Helper()
	n := phonenumbers.GetExampleNumberForType(country, phonenumbers.MOBILE)
	if n == nil {
		t.Fatalf("no number of %s", country)
	}
	return phonenumbers.Format(n, phonenumbers.E164)
}

// onePhone lets many accounts, each from a network of its own, send codes to one
// number.
func (r *rig) onePhone(t *testing.T, c *carrier, accounts int) {
	number, codes := mobile(t, "VN"), make([]string, accounts)
	proctest.Crew(accounts, 8, func(i int) {
		if d := r.activated(fmt.Sprintf("pump%d@example.org", i), source(200_000+i)); d != nil {
			codes[i] = asksPhone(d, number).Code
		}
	})
	settled(c, number)
	count := counted(codes)
	if got := c.to(number); got == 0 || got > 3 || count[""] > 3 {
		t.Errorf("%d messages; %v", got, count)
	}
	fmt.Printf("attack: codes to one phone from %d accounts: %d asked for with success, %d messages sent; others %v\n",
		accounts, count[""], c.to(number), count)
}

// settled waits until no more messages come for a number.
func settled(c *carrier, number string) {
	for before := -1; before != c.to(number) || before == 0; time.Sleep(600 * time.Millisecond) {
		if before == 0 && c.to(number) == 0 {
			return
		}
		before = c.to(number)
	}
}

// sixCountries sends codes to phones of six countries from one network. What
// refuses the sixth is that limit and no other: the same network may send to a
// country that it sent to before, and the same computer, for the same number, may
// send from another network. It holds for a day; the limits on how many codes a
// network, an account, or a number's neighbours get within an hour do not.
func (r *rig) sixCountries(t *testing.T, c *carrier) {
	const most, hour = 5, time.Hour
	var list []*fastclient.Device
	ask := func(d *fastclient.Device, country, end string) fastclient.Reply {
		number := mobile(t, country)
		number = number[:len(number)-2] + end // not the one that is used up
		reply := asksPhone(d, number)
		if reply.Err() == nil {
			settled(c, number)
			if c.to(number) != 1 {
				t.Errorf("%s: %d messages", country, c.to(number))
			}
		}
		return reply
	}
	countries := []string{"VN", "DE", "FR", "JP", "BR", "IN"}
	var sixth fastclient.Reply
	for i, country := range countries {
		d := r.activated(fmt.Sprintf("travel%d@example.org", i), source(300_000))
		if d == nil {
			return
		}
		list = append(list, d)
		if sixth = ask(d, country, "17"); i < most && sixth.Err() != nil {
			t.Fatalf("%s, number %d: %v", country, i+1, sixth.Err())
		}
	}
	again, err := time.Parse(time.RFC3339, sixth.Problem.RetryAt)
	if wait := time.Until(again); sixth.Code != api.CodeTooMany || err != nil || wait < 23*hour || wait > 24*hour {
		t.Errorf("the sixth: %q, again at %q", sixth.Code, sixth.Problem.RetryAt)
	}
	if reply := ask(list[0], countries[0], "18"); reply.Err() != nil {
		t.Errorf("the same network, a country that it had: %v", reply.Err())
	}
	list[most].Source = source(300_001)
	if reply := ask(list[most], countries[most], "17"); reply.Err() != nil {
		t.Errorf("the same number and account, another network: %v", reply.Err())
	}
	fmt.Printf("attack: six countries from one source: %d took codes, the sixth: %s for %v; a country that had one takes another, and so does the sixth from another source\n",
		most, sixth.Code, time.Until(again).Round(hour))
}
