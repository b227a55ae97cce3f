package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// opens tries to start a server on the machine.
func (m *machine) opens() error {
	d, err := New(Options{Settings: Settings{
		Listen: "127.0.0.1:0", Data: m.data, Database: m.env["HOLDFAST_DATABASE_URL"], Origin: fixedOrigin,
	}})
	if err == nil {
		err = d.Close()
	}
	return err
}

func (m *machine) file(name string) string { return filepath.Join(m.data, name) }

func wantActivated(t *testing.T, c *client, what string) api.DeviceReply {
	t.Helper()
	reply := c.checkIn()
	if reply.State != api.DeviceActivated {
		t.Errorf("%s: %+v", what, reply)
	}
	return reply
}

// TestKeysAreRotatedBesideTwoServers: two machines over one database, of which one
// has the new master key late.
func TestKeysAreRotatedBesideTwoServers(t *testing.T) {
	one := newMachine(t, storetest.Postgres(t))
	two := &machine{t: t, data: t.TempDir(), db: one.db, env: one.env}
	r := one.serve()
	two.takeKey(one)
	other := two.serve()
	c := activated(t, r, "kim@example.org")

	one.run(2, "Say what to change", "rotate-keys", "nonsense")
	one.run(2, "nothing to finish", "rotate-keys", "finish")
	one.run(0, "master-2.key", "rotate-keys", "master")
	c.moveTo(other)
	wantActivated(t, c, "with the old master key alone")
	one.run(2, "rotate-keys finish", "rotate-keys", "master")
	one.run(0, "under way", "rotate-keys", "status")
	one.run(0, "master-2.key", "rotate-keys", "finish")
	wantActivated(t, c, "a server that runs goes on")
	other.stop()
	if err := two.opens(); !isRefusal(err, "master-other") {
		t.Errorf("the old master key opens the database: %v", err)
	}
	raw, err := os.ReadFile(one.file("master-2.key"))
	if err == nil {
		err = errors.Join(os.WriteFile(two.file("master-2.key"), raw, 0o600), os.Remove(two.file(MasterFile)))
	}
	if err != nil {
		t.Fatal(err)
	}
	other = two.serve()
	c.moveTo(other)
	wantActivated(t, c, "with the new key alone")
	two.run(0, "pepper", "rotate-keys", "pepper")
	two.run(0, "next one", "rotate-keys", "signing")
	two.run(2, "--again", "rotate-keys", "signing")
	two.run(0, "no earlier one vouches for", "rotate-keys", "--anew", "signing")
	two.run(0, "version 2", "rotate-keys", "status")
	c.moveTo(r)
	if reply := wantActivated(t, c, "the other server"); reply.Certificate == "" {
		t.Error("no certificate")
	}
	r.stop()
	other.stop()
	one.loses(c)
}

// loses takes every master key away.
func (m *machine) loses(c *client) {
	m.t.Helper()
	m.run(2, "nothing is lost", "rotate-keys", "--void", "master-lost")
	for _, name := range []string{MasterFile, "master-2.key"} {
		if err := os.Remove(m.file(name)); err != nil {
			m.t.Fatal(err)
		}
	}
	if err := m.opens(); !isRefusal(err, "master-other") {
		m.t.Errorf("without a master key: %v", err)
	}
	m.run(2, "Look for a copy", "rotate-keys", "master-lost")
	m.run(0, MasterFile, "rotate-keys", "--void", "master-lost")
	c.moveTo(m.serve())
	if reply := wantActivated(m.t, c, "after the loss"); !reply.ContactLost {
		m.t.Errorf("%+v", reply)
	}
}

// TestKeyServicePeer is the program behind master.command in the test below.
func TestKeyServicePeer(t *testing.T) {
	dir := os.Getenv("HOLDFAST_TEST_KEY_SERVICE")
	if dir == "" {
		return // not a test
	}
	os.Exit(keyService(dir, os.Args[len(os.Args)-1], os.Stdin, os.Stdout))
}

func keyService(dir, what string, in io.Reader, out io.Writer) int {
	var said keyWords
	if err := json.NewDecoder(in).Decode(&said); err != nil {
		return 1
	}
	keys, err := keyFolder{dir: dir}.keys()
	if err != nil || what == "break" {
		return 1
	}
	ctx := context.Background()
	answer := keyWords{}
	switch what {
	case "current":
		answer.Master, err = keys.Current(ctx)
	case "wrap":
		answer.Wrapped, err = keys.Wrap(ctx, said.Master, said.Label, said.Key)
	case "unwrap":
		answer.Key, err = keys.Unwrap(ctx, said.Master, said.Label, said.Wrapped)
	}
	if errors.Is(err, server.ErrNoMaster) {
		answer, err = keyWords{Missing: true}, nil
	}
	if err != nil || json.NewEncoder(out).Encode(answer) != nil {
		return 1
	}
	return 0
}

func TestAProgramWrapsTheDataKeys(t *testing.T) {
	safe := t.TempDir()
	if _, err := (keyFolder{dir: safe, rand: zeroReader{}}).MakeMaster(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOLDFAST_TEST_KEY_SERVICE", safe)
	argv := []string{os.Args[0], "-test.run=^TestKeyServicePeer$"}
	m := newMachine(t, storetest.SQLite(t))
	settings := func(o *Options) {
		o.Settings.Data, o.Settings.Origin, o.Settings.Master.Command = m.data, fixedOrigin, argv
	}
	r := start(t, settings)
	c := activated(t, r, "kim@example.org")
	if _, err := r.Service().RotateMaster(t.Context(), nil); err != nil { // the service's own key stays: everything is sealed anew
		t.Fatal(err)
	}
	if _, err := r.Service().FinishMaster(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantActivated(t, c, "with a key service")
	r.stop()
	if names, err := (keyFolder{dir: m.data}).files(); err != nil || len(names) != 0 {
		t.Errorf("master keys beside the database: %v %v", names, err)
	}
	c.moveTo(start(t, settings))
	wantActivated(t, c, "started again")

	k := keyCommand{argv: argv, wait: 10 * time.Second}
	if _, err := k.Unwrap(t.Context(), "0123456789abcdef", "l", []byte("x")); !errors.Is(err, server.ErrNoMaster) {
		t.Errorf("another master key: %v", err)
	}
	for name, argv := range map[string][]string{
		"no such program": {filepath.Join(safe, "none")}, "no JSON": {"/bin/echo"}, "fails": {"/bin/false"}, "empty": {"/bin/echo", "{}"},
	} {
		k := keyCommand{argv: argv, wait: 10 * time.Second}
		if _, err := k.Wrap(t.Context(), "a", "l", []byte("key")); !isRefusal(err, "master-command") {
			t.Errorf("%s: %v", name, err)
		}
	}
	k = keyCommand{argv: []string{"/bin/sleep", "60"}, wait: 50 * time.Millisecond}
	if _, err := k.call(t.Context(), "1", keyWords{}); !isRefusal(err, "master-command") {
		t.Errorf("a program that does not answer: %v", err)
	}
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestMasterKeyFilesAreCountedByTheirNumber(t *testing.T) {
	dir := t.TempDir()
	k := keyFolder{dir: dir, rand: zeroReader{}}
	if _, err := k.Current(t.Context()); !errors.Is(err, server.ErrNoMaster) {
		t.Error(err)
	}
	for _, name := range []string{"master-10.key", "master-9.key", MasterFile} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.Repeat(name[len(name)-5:len(name)-4], masterSize)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, other := range []string{"master-1.key", "master-02.key", "master-x.key", "master.key.old", "a.key"} {
		if err := os.WriteFile(filepath.Join(dir, other), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	names, err := k.files()
	if err != nil || !slices.Equal(names, []string{MasterFile, "master-9.key", "master-10.key"}) {
		t.Errorf("%v %v", names, err)
	}
	name, err := k.MakeMaster(t.Context())
	if err != nil || filepath.Base(k.fileOf(name)) != "master-11.key" {
		t.Errorf("made %q: %v", k.fileOf(name), err)
	}
	if err := os.Chmod(filepath.Join(dir, "master-9.key"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Current(t.Context()); !isRefusal(err, "master-open") {
		t.Errorf("a key that others can read: %v", err)
	}
}
