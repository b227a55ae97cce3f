package load

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/internal/fastclient"
)

// computer is an activated computer of an account of its own, with its request
// bodies made beforehand but for what changes.
type computer struct {
	*fastclient.Device
	codes    chan string
	snapshot []byte // JSON
	disk     string // the digest in it
	seen     int
	busy     sync.Mutex // a computer asks one thing at a time
}

// join registers and activates a computer. The source keeps the limit of
// registrations from one address away.
func join(server, email string, source net.IP, s *sink, packages int) (*computer, error) {
	ctx := context.Background()
	transport := &http.Transport{DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: source}}).DialContext}
	defer transport.CloseIdleConnections()
	d, err := fastclient.New(&fastclient.Server{URL: server, HTTP: &http.Client{Transport: transport}}, email)
	if err != nil {
		return nil, err
	}
	c := &computer{Device: d, codes: s.box(email)}
	r, err := d.Register(ctx)
	if err == nil {
		err = r.Err()
	}
	if err != nil {
		return nil, err
	}
	if _, r, err = d.Answer(ctx, <-c.codes); err == nil {
		err = r.Err()
	}
	if err != nil {
		return nil, err
	}
	snapshot := fastclient.Snapshot(d.Disk)
	if packages > 0 {
		snapshot = fastclient.Packages(snapshot, packages)
	}
	for _, part := range snapshot.Components {
		if part.Kind == "boot-disk" {
			c.disk = part.Digest
		}
	}
	c.snapshot, err = json.Marshal(snapshot)
	return c, err
}

// change puts another boot disk into the computer: the next check-in asks for a
// code.
func (c *computer) change() {
	c.seen++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", c.ID, c.seen))
	fresh := hex.EncodeToString(sum[:16])
	c.snapshot = bytes.Replace(c.snapshot, []byte(c.disk), []byte(fresh), 1)
	c.disk = fresh
}

// checkIn reports the computer and wants a state.
func (c *computer) checkIn(w *wire, want string) error {
	c.busy.Lock()
	defer c.busy.Unlock()
	next := fastclient.Random(16)
	body := fmt.Appendf(nil, `{"snapshot":%s,"prev":"%s","next":"%s","policy_version":1}`, c.snapshot, c.Prev, next)
	reply, err := w.post("/v1/devices/"+c.ID+"/check-ins", body, c.Signer())
	if err != nil {
		return err
	}
	c.Prev = next
	if field(reply, `"state":"`) != want {
		return fmt.Errorf("%w: %s", errReply, reply)
	}
	c.Challenge.Reference = field(reply, `"reference":"`)
	return nil
}

// code waits for the message.
func (c *computer) code() (string, error) {
	select {
	case code := <-c.codes:
		return code, nil
	case <-time.After(30 * time.Second):
		return "", fmt.Errorf("no message for %s", c.ID)
	}
}

// answer types a code and wants the share and the certificate.
func (c *computer) answer(w *wire, code string) error {
	body := fmt.Appendf(nil, `{"code":"%s","snapshot":%s,"ephemeral":"%s"}`, code, c.snapshot, c.Ephemeral())
	reply, err := w.post("/v1/devices/"+c.ID+"/challenges/"+c.Challenge.Reference+"/answers", body, c.Signer())
	if err != nil {
		return err
	}
	if field(reply, `"state":"`) != api.DeviceActivated || field(reply, `"certificate":"`) == "" || field(reply, `"sealed":"`) == "" {
		return fmt.Errorf("%w: %s", errReply, reply)
	}
	return nil
}

// field gives the text after a mark, without reading all of the JSON.
func field(reply []byte, mark string) string {
	_, rest, ok := bytes.Cut(reply, []byte(mark))
	if !ok {
		return ""
	}
	text, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(text)
}

// joinAll registers computers, several at a time.
func joinAll(tb testing.TB, server string, s *sink, n, packages int) []*computer {
	out := make([]*computer, n)
	each(tb, 4, n, func(_, i int) error {
		source := net.IPv4(127, 1, byte(i/15/250), byte(1+i/15%250))
		var err error
		out[i], err = join(server, fmt.Sprintf("person%d@example.org", i), source, s, packages)
		return err
	})
	return out
}
