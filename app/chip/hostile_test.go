package chip_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/chip"
	"github.com/seed-1feef0b2/holdfast/app/chip/chiptest"
)

// every is everything that a chip can be asked.
func every(c chip.Chip, b made) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"new key": func(ctx context.Context) error { _, err := c.NewKey(ctx, auth); return err },
		"seal":    func(ctx context.Context) error { _, err := c.Seal(ctx, secret, auth); return err },
		"unseal":  func(ctx context.Context) error { _, err := c.Unseal(ctx, b.secret, auth); return err },
		"name":    func(ctx context.Context) error { _, err := c.Name(ctx); return err },
		"sign": func(ctx context.Context) error {
			k, err := c.LoadKey(ctx, b.key, auth)
			if err == nil {
				_, err = k.Sign(ctx, []byte("message"))
			}
			return err
		},
	}
}

func TestBusyWhileAnotherHoldsIt(t *testing.T) {
	t.Parallel()
	m := chiptest.Start(t)
	b := enrol(t, open(t, m))
	hold, err := net.Dial("unix", m.Socket)
	if err != nil {
		t.Fatal(err)
	}
	c, err := chip.Socket(context.Background(), m.Socket, 100*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	for what, ask := range every(c, b) {
		began := time.Now()
		if err := ask(context.Background()); api.CodeOf(err) != api.CodeChipBusy {
			t.Errorf("%s: %v", what, err)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("%s took %v", what, took)
		}
	}
	if err := hold.Close(); err != nil {
		t.Fatal(err)
	}
	works(t, open(t, m), b)
}

// peer is something that is no TPM behind a socket; answer writes what it likes.
func peer(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tpm")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				answer(conn)
			}()
		}
	}()
	return path
}

// command reads one command.
func command(c net.Conn) bool {
	head := make([]byte, 10)
	if _, err := io.ReadFull(c, head); err != nil {
		return false
	}
	_, err := io.CopyN(io.Discard, c, int64(binary.BigEndian.Uint32(head[2:6]))-10)
	return err == nil
}

func TestAChipThatNeverAnswers(t *testing.T) {
	t.Parallel()
	b := enrol(t, open(t, chiptest.Start(t)))
	path := peer(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	c, err := chip.Socket(context.Background(), path, 50*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	for what, ask := range every(c, b) {
		if err := ask(context.Background()); api.CodeOf(err) != api.CodeChipBusy {
			t.Errorf("%s: %v", what, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // who asked is gone
	if _, err := c.Name(ctx); api.CodeOf(err) != api.CodeChipBusy {
		t.Errorf("%v", err)
	}
}

// response is an answer with a code and a body.
func response(code uint32, body ...byte) []byte {
	out := []byte{0x80, 0x01}
	out = binary.BigEndian.AppendUint32(out, uint32(10+len(body)))
	return append(binary.BigEndian.AppendUint32(out, code), body...)
}

func TestAnswersAndWhatTheyMean(t *testing.T) {
	t.Parallel()
	b := enrol(t, open(t, chiptest.Start(t)))
	long := make([]byte, 3000)
	for name, x := range map[string]struct {
		answer []byte
		code   string
	}{
		"nothing, and gone":     {nil, api.CodeChipFailed},
		"half a head":           {[]byte{0x80, 0x01, 0}, api.CodeChipFailed},
		"a length of nothing":   {[]byte{0x80, 0x01, 0, 0, 0, 0, 0, 0, 0, 0}, api.CodeChipFailed},
		"a huge length":         {[]byte{0x80, 0x01, 255, 255, 255, 255, 0, 0, 0, 0}, api.CodeChipFailed},
		"done, without a body":  {response(0), api.CodeChipFailed},
		"done, zeros":           {response(0, long...), api.CodeChipFailed},
		"not started":           {response(uint32(tpm2.TPMRCInitialize)), api.CodeChipFailed},
		"failure mode":          {response(uint32(tpm2.TPMRCFailure)), api.CodeChipFailed},
		"testing itself":        {response(uint32(tpm2.TPMRCTesting)), api.CodeChipBusy},
		"no room":               {response(uint32(tpm2.TPMRCObjectMemory)), api.CodeChipBusy},
		"locked out":            {response(uint32(tpm2.TPMRCLockout)), api.CodeChipLockedOut},
		"retry, for ever":       {response(uint32(tpm2.TPMRCRetry)), api.CodeChipBusy},
		"hierarchy off":         {response(uint32(tpm2.TPMRCHierarchy)), api.CodeChipAbsent},
		"a code nobody defined": {response(0xdeadbeef), api.CodeChipFailed},
	} {
		path := peer(t, func(c net.Conn) {
			for command(c) {
				if _, err := c.Write(x.answer); err != nil || len(x.answer) < 10 {
					return
				}
			}
		})
		c, err := chip.Socket(context.Background(), path, 300*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		for what, ask := range every(c, b) {
			if err := ask(context.Background()); api.CodeOf(err) != x.code {
				t.Errorf("%s, %s: %v, want %s", name, what, err, x.code)
			}
		}
	}
}

func TestWaysThatDoNotOpen(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(t.TempDir(), "none"), file} {
		if _, err := chip.Socket(context.Background(), path, 0); api.CodeOf(err) != api.CodeChipAbsent {
			t.Errorf("%v", err)
		}
	}
	for err, code := range map[error]string{
		fs.ErrPermission: api.CodeChipAbsent, syscall.ENODEV: api.CodeChipAbsent, syscall.EBUSY: api.CodeChipBusy,
		errors.New("else"): api.CodeChipFailed,
	} {
		c := chip.Over(func(context.Context) (transport.TPMCloser, error) { return nil, err })
		if _, got := c.Name(context.Background()); api.CodeOf(got) != code {
			t.Errorf("%v: %v", err, got)
		}
	}
	if c, err := chip.System(context.Background()); err != nil && api.CodeOf(err) != api.CodeChipAbsent && api.CodeOf(err) != api.CodeChipBusy || err == nil && c == nil {
		t.Errorf("this computer's own: %v", err)
	}
}

// TestGarbageFromEveryAnswer changes each byte of what a real chip answers: an
// error with a code, or the right result, and never a panic.
func TestGarbageFromEveryAnswer(t *testing.T) {
	t.Parallel()
	m := chiptest.Start(t)
	b := enrol(t, open(t, m))
	steps := 97
	if testing.Short() {
		steps = 499
	}
	for at := 0; at < 3000; at += steps {
		c := chip.Over(func(context.Context) (transport.TPMCloser, error) {
			inner, err := chip.Dial(m.Socket)
			return &spoiled{inner, at}, err
		})
		got, err := c.Unseal(context.Background(), b.secret, auth)
		if err == nil && got != secret {
			t.Errorf("byte %d changed on the way gives another secret", at)
		}
		var coded *api.Error
		if err != nil && !errors.As(err, &coded) {
			t.Errorf("byte %d: %v", at, err)
		}
	}
}

// spoiled changes one byte of all that a chip answers.
type spoiled struct {
	transport.TPMCloser
	left int
}

func (s *spoiled) Send(command []byte) ([]byte, error) {
	answer, err := s.TPMCloser.Send(command)
	if s.left >= 0 && s.left < len(answer) {
		answer[s.left] ^= 0x55
	}
	s.left -= len(answer)
	return answer, err
}
