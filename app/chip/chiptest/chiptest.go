// Package chiptest runs a software TPM 2.0 (swtpm) for tests of whatever needs a
// chip: one process per test. No program may import it.
package chiptest

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"

	"github.com/seed-1feef0b2/holdfast/app/chip"
)

// startWithin is how long swtpm may take to listen; it takes some 10 ms.
const startWithin = 10 * time.Second

// TPM is a software TPM of one test. It ends with the test.
type TPM struct {
	// Socket is where it listens.
	Socket string

	t   testing.TB
	dir string
	cmd *exec.Cmd
}

// Start starts a TPM that has never been used. Without swtpm the test is skipped,
// or fails where HOLDFAST_REQUIRE_ALL is 1.
func Start(t testing.TB) *TPM {
	t.Helper()
	if _, err := exec.LookPath("swtpm"); err != nil {
		if os.Getenv("HOLDFAST_REQUIRE_ALL") == "1" {
			t.Fatal("swtpm is not installed, and HOLDFAST_REQUIRE_ALL=1")
		}
		t.Skip("SKIPPED: swtpm is not installed (apt install swtpm)")
	}
	dir, err := os.MkdirTemp("", "tpm") // the name of a socket is at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	m := &TPM{Socket: filepath.Join(dir, "sock"), t: t, dir: dir}
	t.Cleanup(func() {
		m.Stop()
		_ = os.RemoveAll(dir) // a temporary folder
	})
	m.Resume()
	return m
}

// Resume starts the TPM with the state that it has, as a computer does when it
// is switched on.
func (m *TPM) Resume() {
	m.t.Helper()
	_ = os.Remove(m.Socket) // of a process that has ended
	m.cmd = exec.Command("swtpm", "socket", "--tpm2", "--tpmstate", "dir="+m.dir, "--server", "type=unixio,path="+m.Socket,
		"--ctrl", "type=unixio,path="+m.Socket+".ctrl", "--flags", "not-need-init,startup-clear")
	if err := m.cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	for end := time.Now().Add(startWithin); ; time.Sleep(2 * time.Millisecond) {
		if c, err := net.Dial("unix", m.Socket); err == nil {
			_ = c.Close() // it listens, that is all
			return
		}
		if time.Now().After(end) {
			m.t.Fatal("swtpm does not listen")
		}
	}
}

// Stop ends the process; the state stays.
func (m *TPM) Stop() {
	if m.cmd != nil {
		_ = m.cmd.Process.Kill() // its state is written with every command
		_ = m.cmd.Wait()
		m.cmd = nil
	}
}

// Restart is Stop and Resume: a computer that is switched off and on.
func (m *TPM) Restart() {
	m.t.Helper()
	m.Stop()
	m.Resume()
}

// Open is the chip as programs see it.
func (m *TPM) Open(ctx context.Context) (chip.Chip, error) { return chip.Socket(ctx, m.Socket, 0) }

// Do runs commands on the TPM itself.
func (m *TPM) Do(f func(transport.TPM) error) {
	m.t.Helper()
	conn, err := net.Dial("unix", m.Socket)
	if err != nil {
		m.t.Fatal(err)
	}
	t := transport.FromReadWriteCloser(conn)
	if err := errors.Join(f(t), t.Close()); err != nil {
		m.t.Fatal(err)
	}
}

// Clear clears the TPM, as the firmware's settings do: its storage keys are gone.
func (m *TPM) Clear() {
	m.t.Helper()
	m.Do(func(t transport.TPM) error {
		_, err := tpm2.Clear{AuthHandle: tpm2.AuthHandle{Handle: tpm2.TPMRHLockout, Auth: tpm2.PasswordAuth(nil)}}.Execute(t)
		return err
	})
}

// Handles counts what is in the TPM's memory: objects and sessions.
func (m *TPM) Handles() int {
	m.t.Helper()
	n := 0
	m.Do(func(t transport.TPM) error {
		for _, first := range []uint32{0x80000000, 0x02000000, 0x03000000} { // Part 2, section 7.2: transient, loaded and saved sessions
			r, err := tpm2.GetCapability{Capability: tpm2.TPMCapHandles, Property: first, PropertyCount: 100}.Execute(t)
			if err != nil {
				return err
			}
			h, err := r.CapabilityData.Data.Handles()
			if err != nil {
				return err
			}
			n += len(h.Handle)
		}
		return nil
	})
	return n
}
