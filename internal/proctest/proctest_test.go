package proctest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/smtp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/internal/proctest"
)

// TestPostgresKeepsWhatItCommitted: killed and started, as often as one likes.
func TestPostgresKeepsWhatItCommitted(t *testing.T) {
	p := proctest.StartPostgres(t)
	ctx := context.Background()
	db, err := p.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "CREATE TABLE kept (n INT)"); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		if _, err := db.ExecContext(ctx, "INSERT INTO kept VALUES ($1)", i); err != nil {
			t.Fatal(err)
		}
		p.Kill()
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
	}
	var n int
	var fsync, commit string
	for end := time.Now().Add(5 * time.Second); err == nil && time.Now().Before(end); {
		if err = db.QueryRowContext(ctx, "SELECT count(*), current_setting('fsync'), current_setting('synchronous_commit') FROM kept").Scan(&n, &fsync, &commit); err == nil {
			break
		}
		err = nil // the pool still has a dead connection
	}
	if n != 2 || fsync != "on" || commit != "on" || p.Kills() != 2 {
		t.Errorf("%d rows, fsync %q, synchronous_commit %q, %d kills", n, fsync, commit, p.Kills())
	}
}

func TestTheBalancerGoesRoundAndAsksNobodyTwice(t *testing.T) {
	asked := 0
	breaks := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		panic(http.ErrAbortHandler)
	}))
	defer breaks.Close()
	works := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(r.Header.Get("X-Forwarded-For")))
	}))
	defer works.Close()
	address := func(s *httptest.Server) string { return strings.TrimPrefix(s.URL, "http://") }
	b := proctest.StartBalancer(t, address(works), proctest.FreeAddress(t), address(breaks))
	statuses := map[int]int{}
	for range 9 {
		r, err := http.Get(b.URL)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		statuses[r.StatusCode]++
	}
	// A third each begins at: the one that works, none, the one that breaks. The
	// second third passes on to the one that breaks.
	if statuses[200] != 3 || statuses[502] != 6 || asked != 6 || b.Passed()[0] != 3 {
		t.Errorf("%v, asked %d times", statuses, asked)
	}
}

func TestTheSinkKeepsMails(t *testing.T) {
	s := proctest.StartSink(t)
	mail := strings.ReplaceAll(`From: a@example.org
To: b@example.org
Subject: your code (reference K7Q)
Message-ID: <one@example.org>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=x

--x
Content-Type: text/plain

4HT-M3X-R9W
--x--
`, "\n", "\r\n")
	for range 2 {
		if err := smtp.SendMail(strings.TrimPrefix(s.URL, "smtp://"), nil, "a@example.org", []string{"b@example.org"}, []byte(mail)); err != nil {
			t.Fatal(err)
		}
	}
	if code, ok := s.Code("b@example.org", "K7Q", time.Second); !ok || code != "4HTM3XR9W" {
		t.Errorf("%q %v; bad: %v", code, ok, s.Bad())
	}
	if _, ok := s.Code("b@example.org", "ZZZ", 10*time.Millisecond); ok {
		t.Error("a code that never came")
	}
	if s.Arrivals()["one@example.org"] != 2 || s.Count() != 2 || len(s.Codes()) != 2 {
		t.Errorf("%v", s.Arrivals())
	}
}

// TestACrewDoesEveryJobOnce, and no more at a time than it has hands.
func TestACrewDoesEveryJobOnce(t *testing.T) {
	var mu sync.Mutex
	done, now, most := map[int]int{}, 0, 0
	proctest.Crew(50, 3, func(i int) {
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		time.Sleep(time.Millisecond)
		mu.Lock()
		defer mu.Unlock()
		now--
		done[i]++
	})
	for i := range 50 {
		if done[i] != 1 {
			t.Errorf("job %d was done %d times", i, done[i])
		}
	}
	if most > 3 {
		t.Errorf("%d at once", most)
	}
}
