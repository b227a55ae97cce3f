package crashtest

import (
	"context"
	"strings"
	"time"
)

// post is what became of all messages.
type post struct {
	rows, arrived, duplicates, overtaken int
	lost, unexplained, unknown           []string
	waiting                              int
}

// read compares the outbox with what arrived at the relay.
func (r *rig) read() (post, error) {
	var p post
	arrived := r.sink.Arrivals()
	rows, err := r.database().QueryContext(context.Background(), "SELECT message_id, state, attempt, detail FROM messages")
	if err != nil {
		return p, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, state, detail string
		var attempts int
		if err := rows.Scan(&id, &state, &attempts, &detail); err != nil {
			return p, err
		}
		p.rows++
		n := arrived[id]
		delete(arrived, id)
		p.count(id, state, detail, attempts, n)
	}
	for id := range arrived {
		p.unknown = append(p.unknown, id)
	}
	return p, rows.Err()
}

// count judges one message. It may arrive as often as it was attempted, and not
// more often; what the server says was handed over has arrived; what was refused
// was overtaken by its code having been typed.
func (p *post) count(id, state, detail string, attempts, n int) {
	if n > 0 {
		p.arrived++
		p.duplicates += n - 1
	}
	if n > attempts {
		p.unexplained = append(p.unexplained, id)
	}
	switch state {
	case "queued", "put-off":
		p.waiting++
	case "refused":
		p.overtaken++
		if !strings.Contains(detail, "no longer needed") {
			p.lost = append(p.lost, id+": "+detail)
		}
	default:
		if n == 0 {
			p.lost = append(p.lost, id+": "+state)
		}
	}
}

// drain waits until no message waits any more. What a dead worker had leased is
// free again when its lease ends; the shortened form does not wait for that.
func (r *rig) drain(atMost time.Duration) post {
	r.t.Helper()
	for end := time.Now().Add(atMost); ; time.Sleep(500 * time.Millisecond) {
		p, err := r.read()
		if err != nil {
			r.t.Fatal(err)
		}
		if p.waiting == 0 || time.Now().After(end) {
			return p
		}
		if !full() {
			r.expire()
		}
	}
}

// expire ends the leases of messages that nobody is sending: two seconds are
// far more than this relay takes.
func (r *rig) expire() {
	time.Sleep(2 * time.Second)
	if _, err := r.database().ExecContext(context.Background(),
		"UPDATE messages SET lease = 0 WHERE state IN ('queued', 'put-off')"); err != nil {
		r.t.Log("leases: ", err)
	}
}
