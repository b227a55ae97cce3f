package deliver

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// bench is a worker with its queue, clock and sender.
type bench struct {
	clock  *clock
	queue  *memQueue
	sender *fakeSender
	wake   chan struct{}
	log    *lockedBuffer
}

func newBench() *bench {
	c := newClock()
	return &bench{clock: c, queue: &memQueue{clock: c}, sender: &fakeSender{}, wake: make(chan struct{}, 1), log: &lockedBuffer{}}
}

func (b *bench) worker(t *testing.T, name string, poll time.Duration) *Worker {
	t.Helper()
	w, err := NewWorker(Config{
		Queue: b.queue, Sender: b.sender, Now: b.clock.Now, Name: name, AtOnce: 8, Poll: poll,
		Wake: b.wake, Log: slog.New(slog.NewTextHandler(b.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (b *bench) fill(n int) {
	for i := range n {
		m := full(server.MessageEnrol, "en")
		m.MessageID = fmt.Sprintf("%08d@keys.example.org", i)
		b.queue.add(m)
	}
}

// run starts a worker; the function that it gives stops it and says how long
// that took.
func run(t *testing.T, w *Worker) func() time.Duration {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = w.Run(ctx) }()
	var once sync.Once
	stop := func() (took time.Duration) {
		once.Do(func() {
			at := time.Now()
			cancel()
			<-done
			took = time.Since(at)
		})
		return took
	}
	t.Cleanup(func() { stop() })
	return stop
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestTwoWorkersSendNothingTwice(t *testing.T) {
	b := newBench()
	b.fill(500)
	one, two := b.worker(t, "one", time.Millisecond), b.worker(t, "two", time.Millisecond)
	stopOne, stopTwo := run(t, one), run(t, two)
	eventually(t, "all sent", func() bool { return b.queue.left() == 0 })
	stopOne()
	stopTwo()
	if letters, most := b.sender.count(); letters != 500 || most != 1 {
		t.Errorf("%d letters, one up to %d times", letters, most)
	}
	if a, z := one.Counts(), two.Counts(); a.HandedOver+z.HandedOver != 500 || a.Unmarked+z.Unmarked != 0 || a.Again+z.Again != 0 {
		t.Errorf("%+v %+v", a, z)
	}
}

// TestAnOutcomeThatIsLostMeansOnceMore: a crash between sending and storing
// gives at least one message, and is counted.
func TestAnOutcomeThatIsLostMeansOnceMore(t *testing.T) {
	b := newBench()
	b.fill(1)
	b.queue.breakMarks = markTries
	w := b.worker(t, "one", time.Millisecond)
	run(t, w)
	eventually(t, "counted", func() bool { return w.Counts().Unmarked == 1 })
	time.Sleep(20 * time.Millisecond)
	if _, most := b.sender.count(); most != 1 {
		t.Errorf("sent %d times within its lease", most)
	}
	b.clock.add(leaseTime)
	eventually(t, "sent again", func() bool { return b.queue.left() == 0 })
	if _, most := b.sender.count(); most != 2 {
		t.Errorf("sent %d times", most)
	}
	eventually(t, "counts", func() bool { c := w.Counts(); return c.HandedOver == 1 && c.Again == 1 && c.Claimed == 2 })
}

func TestAnOutcomeIsStoredAfterAShortFailure(t *testing.T) {
	b := newBench()
	b.fill(1)
	b.queue.breakMarks = markTries - 1
	w := b.worker(t, "one", time.Millisecond)
	run(t, w)
	eventually(t, "stored", func() bool { return b.queue.left() == 0 && w.Counts().HandedOver == 1 })
	if _, most := b.sender.count(); most != 1 || w.Counts().Unmarked != 0 {
		t.Errorf("sent %d times, %+v", most, w.Counts())
	}
}

func TestAnIdleWorkerWakesAtOnce(t *testing.T) {
	b := newBench()
	run(t, b.worker(t, "one", time.Hour))
	eventually(t, "idle", func() bool { b.queue.mu.Lock(); defer b.queue.mu.Unlock(); return b.queue.claims > 0 })
	b.fill(1)
	at := time.Now()
	b.wake <- struct{}{}
	eventually(t, "sent", func() bool { return b.queue.left() == 0 })
	if took := time.Since(at); took > 1500*time.Millisecond {
		t.Errorf("took %v", took)
	}
}

func TestAnIdleWorkerLooksByItself(t *testing.T) {
	b := newBench()
	run(t, b.worker(t, "one", 0))
	time.Sleep(20 * time.Millisecond)
	at := time.Now()
	b.fill(1)
	eventually(t, "sent", func() bool { return b.queue.left() == 0 })
	if took := time.Since(at); took > 3*time.Second {
		t.Errorf("took %v", took)
	}
}

// TestStopsWithinASecond: a sender that hangs is cut off, its message put off
// until now, so that another server may go on with it at once.
func TestStopsWithinASecond(t *testing.T) {
	b := newBench()
	b.sender.do = func(ctx context.Context, _ Letter) Outcome {
		<-ctx.Done()
		return putOff("this server is stopping")
	}
	b.fill(20)
	w := b.worker(t, "one", time.Millisecond)
	stop := run(t, w)
	eventually(t, "all places taken", func() bool { n, _ := b.sender.count(); return n == 8 })
	if took := stop(); took > 1500*time.Millisecond {
		t.Errorf("took %v", took)
	}
	for id := int64(1); id <= 8; id++ {
		if r := b.queue.row(id); r.state != api.DeliveryPutOff || r.due.After(b.clock.Now()) || !r.lease.IsZero() {
			t.Errorf("message %d: %+v", id, r)
		}
	}
	if c := w.Counts(); c.PutOff != 8 || c.Unmarked != 0 {
		t.Errorf("%+v", c)
	}
}

// TestStopsWithinASecondWithoutADatabase: an outcome that cannot be stored does
// not hold the worker either.
func TestStopsWithinASecondWithoutADatabase(t *testing.T) {
	b := newBench()
	b.queue.hold = make(chan struct{})
	b.fill(3)
	w := b.worker(t, "one", time.Millisecond)
	stop := run(t, w)
	eventually(t, "sent", func() bool { n, _ := b.sender.count(); return n == 3 })
	if took := stop(); took > 1500*time.Millisecond {
		t.Errorf("took %v", took)
	}
	if c := w.Counts(); c.Unmarked != 3 {
		t.Errorf("%+v", c)
	}
}

// TestAStoppingWorkerLetsTheLastMessageFinish.
func TestAStoppingWorkerLetsTheLastMessageFinish(t *testing.T) {
	b := newBench()
	begun, finish := make(chan struct{}), make(chan struct{})
	b.sender.do = func(context.Context, Letter) Outcome {
		close(begun)
		<-finish
		return handedOver("250 ok")
	}
	b.fill(1)
	stop := run(t, b.worker(t, "one", time.Millisecond))
	<-begun
	time.AfterFunc(50*time.Millisecond, func() { close(finish) })
	stop()
	if r := b.queue.row(1); r.state != api.DeliveryHandedOver {
		t.Errorf("%+v", r)
	}
}

// TestPutOffUntilItIsTooLate: the pauses grow, the message is given up when its
// time is over, and the last reply stays.
func TestPutOffUntilItIsTooLate(t *testing.T) {
	b := newBench()
	b.sender.do = func(context.Context, Letter) Outcome { return putOff("451 4.7.1 greylisted") }
	b.fill(1)
	run(t, b.worker(t, "one", time.Millisecond))
	var pauses []time.Duration
	for range 200 {
		eventually(t, "an outcome", func() bool { return b.queue.row(1).lease.IsZero() && b.queue.row(1).state != api.DeliveryQueued })
		r := b.queue.row(1)
		if r.state == api.DeliveryRefused {
			break
		}
		pauses = append(pauses, r.due.Sub(b.clock.Now()))
		n := r.msg.Attempt
		b.clock.add(pauses[len(pauses)-1])
		eventually(t, "another attempt", func() bool { return b.queue.row(1).msg.Attempt > n })
	}
	r := b.queue.row(1)
	if r.state != api.DeliveryRefused || r.detail != "given up: 451 4.7.1 greylisted" || b.clock.Now().After(r.msg.Expires) {
		t.Fatalf("after %d pauses: %+v", len(pauses), r)
	}
	for i := 1; i < len(pauses); i++ {
		if pauses[i] < pauses[i-1] {
			t.Errorf("pause %d shrank: %v after %v", i+1, pauses[i], pauses[i-1])
		}
	}
	if pauses[0] > 35*time.Second || len(pauses) < 20 || len(pauses) > 100 {
		t.Errorf("%d pauses, the first %v", len(pauses), pauses[0])
	}
}

func TestWhatIsTooLateIsNotSent(t *testing.T) {
	b := newBench()
	b.fill(1)
	b.clock.add(25 * time.Hour)
	run(t, b.worker(t, "one", time.Millisecond))
	eventually(t, "refused", func() bool { return b.queue.row(1).state == api.DeliveryRefused })
	if n, _ := b.sender.count(); n != 0 {
		t.Error("it was sent")
	}
}

func TestWhatCannotBeWrittenIsPutOff(t *testing.T) {
	b := newBench()
	m := full(server.MessageEnrol, "en")
	m.Life = 0
	b.queue.add(m)
	run(t, b.worker(t, "one", time.Millisecond))
	eventually(t, "put off", func() bool { return b.queue.row(1).state == api.DeliveryPutOff })
	if n, _ := b.sender.count(); n != 0 {
		t.Error("it was sent")
	}
}

func TestLogsHoldNoCodeAndNoAddress(t *testing.T) {
	b := newBench()
	b.sender.do = func(_ context.Context, l Letter) Outcome { return putOff(cleanDetail("451 "+l.To+" "+l.Code, l)) }
	b.fill(3)
	stop := run(t, b.worker(t, "one", time.Millisecond))
	eventually(t, "put off", func() bool { return b.queue.row(3).state == api.DeliveryPutOff })
	stop()
	log := b.log.String()
	for _, no := range []string{"kim", "@", "4HT", "LAPTOP", "4025", "K7Q", "192.0.2"} {
		if strings.Contains(log, no) {
			t.Errorf("the log holds %q:\n%s", no, log)
		}
	}
	if strings.Count(log, "outcome=put-off") != 3 || !strings.Contains(log, "id=2") {
		t.Errorf("the log says too little:\n%s", log)
	}
}

func TestAWorkerNeedsItsParts(t *testing.T) {
	b := newBench()
	for name, c := range map[string]Config{
		"nothing": {}, "no name": {Queue: b.queue, Sender: b.sender, Now: b.clock.Now},
		"no clock": {Queue: b.queue, Sender: b.sender, Name: "x"}, "no queue": {Sender: b.sender, Now: b.clock.Now, Name: "x"},
	} {
		if _, err := NewWorker(c); err == nil {
			t.Errorf("%s: made", name)
		}
	}
}

// TestManyMessages: writing and handing to the local outbox must not be what
// limits a server.
func TestManyMessages(t *testing.T) {
	b := newBench()
	b.fill(2000)
	var box Outbox
	w, err := NewWorker(Config{Queue: b.queue, Sender: &box, Now: b.clock.Now, Name: "one", AtOnce: 64})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now()
	run(t, w)
	eventually(t, "all sent", func() bool { return b.queue.left() == 0 })
	t.Logf("%.0f messages per second", 2000/time.Since(at).Seconds())
}

// TestOutcomesAreStoredTogether: what became ready while the last ones were stored
// goes together, and nobody waits for company.
func TestOutcomesAreStoredTogether(t *testing.T) {
	b := newBench()
	b.queue.hold = make(chan struct{})
	b.fill(8)
	w := b.worker(t, "one", time.Millisecond)
	run(t, w)
	eventually(t, "all sent", func() bool { n, _ := b.sender.count(); return n == 8 })
	time.Sleep(10 * time.Millisecond) // the last of them have come to the clerk
	close(b.queue.hold)
	eventually(t, "all stored", func() bool { return w.Counts().HandedOver == 8 })
	b.queue.mu.Lock()
	defer b.queue.mu.Unlock()
	if len(b.queue.batches) > 3 {
		t.Errorf("stored in %v", b.queue.batches)
	}
}

// TestOneOutcomeThatFails takes no other with it: those that came with it are
// stored, once, and it is tried again; one that fails for good is counted.
func TestOneOutcomeThatFails(t *testing.T) {
	for fails, unmarked := range map[int]int64{2: 0, 1 + markTries: 1} { // the first time is with all the others
		b := newBench()
		b.queue.hold = make(chan struct{})
		b.queue.breaks = map[int64]int{5: fails}
		b.fill(8)
		w := b.worker(t, "one", time.Millisecond)
		run(t, w)
		eventually(t, "all sent", func() bool { n, _ := b.sender.count(); return n == 8 })
		time.Sleep(10 * time.Millisecond)
		close(b.queue.hold)
		eventually(t, "stored or given up", func() bool { c := w.Counts(); return c.HandedOver+c.Unmarked == 8 })
		if c := w.Counts(); c.Unmarked != unmarked {
			t.Errorf("%+v", c)
		}
		for id := int64(1); id <= 8; id++ {
			if r := b.queue.row(id); (r.state == api.DeliveryHandedOver) != (id != 5 || unmarked == 0) {
				t.Errorf("message %d: %+v", id, r)
			}
		}
		b.clock.add(leaseTime) // the one that could not be stored is sent once more
		eventually(t, "all stored", func() bool { return b.queue.left() == 0 })
		if letters, most := b.sender.count(); letters != 8 || most != 1+int(unmarked) {
			t.Errorf("%d letters, one up to %d times", letters, most)
		}
	}
}

// TestADeadWorkersMessagesAreSentOnceMore: a worker that died between handing over
// and storing leaves its lease behind; the next one sends the same letter again,
// with the same Message-ID, and nothing is lost.
func TestADeadWorkersMessagesAreSentOnceMore(t *testing.T) {
	b := newBench()
	b.fill(8)
	dead := &memQueue{clock: b.clock, rows: b.queue.rows, hold: make(chan struct{})}
	w, err := NewWorker(Config{Queue: dead, Sender: b.sender, Now: b.clock.Now, Name: "dead", AtOnce: 8, Poll: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	stop := run(t, w)
	eventually(t, "handed over", func() bool { n, _ := b.sender.count(); return n == 8 })
	stop() // nothing of what it did was stored
	if b.queue.left() != 8 {
		t.Fatalf("%d left", b.queue.left())
	}
	b.clock.add(leaseTime)
	run(t, b.worker(t, "two", time.Millisecond))
	eventually(t, "all stored", func() bool { return b.queue.left() == 0 })
	if letters, most := b.sender.count(); letters != 8 || most != 2 {
		t.Errorf("%d letters, one up to %d times", letters, most)
	}
}

// TestClaimsStayFew: what was stored is no reason to look for more where the last
// look found the end.
func TestClaimsStayFew(t *testing.T) {
	b := newBench()
	w := b.worker(t, "one", time.Hour)
	run(t, w)
	for n := range int64(20) {
		b.fill(1)
		b.wake <- struct{}{}
		eventually(t, "sent", func() bool { return w.Counts().HandedOver == n+1 })
	}
	b.queue.mu.Lock()
	defer b.queue.mu.Unlock()
	if b.queue.claims > 21 {
		t.Errorf("%d claims for 20 messages", b.queue.claims)
	}
}
