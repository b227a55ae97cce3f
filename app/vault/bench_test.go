package vault

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/seed-1feef0b2/holdfast/app/files"
)

// BenchmarkOpen is a launch: the file read, one Argon2id at the standard cost,
// the slot and the contents opened. "x-argon2id" is the ratio to a bare
// Argon2id of the same parameters in the same run.
func BenchmarkOpen(b *testing.B) {
	cfg := testConfig(b, files.OS())
	cfg.Argon = Params{}
	v := newVault(b, cfg)
	if err := v.Put("k", make([]byte, 1024)); err != nil {
		b.Fatal(err)
	}
	p, s := Standard(), computer()
	values := bindBalanced(s).canonical()
	var bare, whole time.Duration
	for b.Loop() { // by turns, so that both meet the same noise
		begin := time.Now()
		argon2.IDKey(values, v.header.salt[:], p.Time, p.MemoryKiB, p.Threads, 32)
		middle := time.Now()
		v, err := Open(cfg, testKeys, s)
		if err != nil {
			b.Fatal(err)
		}
		whole += time.Since(middle)
		bare += middle.Sub(begin)
		v.Close()
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(whole.Milliseconds())/float64(b.N), "ms/open")
	b.ReportMetric(float64(whole)/float64(bare), "x-argon2id")
}

// BenchmarkSave is one key put into a vault of ten. "x-fsync" is the ratio to
// the same bytes written, fsynced, renamed and the folder fsynced, and nothing
// else, in the same run.
func BenchmarkSave(b *testing.B) {
	cfg := testConfig(b, files.OS())
	v := newVault(b, cfg)
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
		if err := v.Put(name, make([]byte, 200)); err != nil {
			b.Fatal(err)
		}
	}
	data, err := os.ReadFile(cfg.Path)
	if err != nil {
		b.Fatal(err)
	}
	bare, whole := time.Duration(0), time.Duration(0)
	for b.Loop() {
		begin := time.Now()
		if err := bareReplace(filepath.Join(filepath.Dir(cfg.Path), "bare"), data); err != nil {
			b.Fatal(err)
		}
		middle := time.Now()
		if err := v.Put("a", data[:200]); err != nil {
			b.Fatal(err)
		}
		whole += time.Since(middle)
		bare += middle.Sub(begin)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(whole.Microseconds())/float64(b.N), "µs/save")
	b.ReportMetric(float64(whole)/float64(bare), "x-fsync")
}

func bareReplace(path string, data []byte) error {
	f, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
