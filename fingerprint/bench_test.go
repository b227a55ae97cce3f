package fingerprint_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
)

// busyLaptop is the laptop with as many packages as a real one has.
func busyLaptop(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	if err := recorded.UnpackVariant("laptop", "", dir); err != nil {
		b.Fatal(err)
	}
	var s strings.Builder
	for i := range 1010 {
		fmt.Fprintf(&s, "Package: package-%d\nStatus: install ok installed\nPriority: optional\nSection: libs\nInstalled-Size: %d\n"+
			"Maintainer: Somebody <somebody@example.org>\nArchitecture: amd64\nVersion: %d.%d-1\nDepends: libc6 (>= 2.34), libgcc-s1 (>= 3.0)\n"+
			"Description: one of many packages\n A text of several lines that is not read\n and that makes the file as large as it is\n"+
			" in real life, where most of it is text.\nHomepage: https://example.org/%d\n\n", i, i*7, i%9, i%31, i)
	}
	status := filepath.Join(dir, "var/lib/dpkg/status")
	if err := os.WriteFile(status, []byte(s.String()), 0o644); err != nil {
		b.Fatal(err)
	}
	// Not written this very moment, as in real life.
	old := time.Now().Add(-time.Hour)
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			err = os.Chtimes(p, old, old)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return dir
}

// watched counts and notes what a source is asked for.
type watched struct {
	fingerprint.Source
	mu    sync.Mutex
	files []string
}

func (w *watched) ReadFile(name string, limit int) ([]byte, error) {
	b, err := w.Source.ReadFile(name, limit)
	if err == nil {
		w.mu.Lock()
		w.files = append(w.files, name)
		w.mu.Unlock()
	}
	return b, err
}

// BenchmarkRead reads a recorded laptop and this computer, whole and anchors
// only, and digests the laptop; beside each whole read stands the floor: the
// same files opened, read into one buffer and closed, in the same run.
func BenchmarkRead(b *testing.B) {
	dir := busyLaptop(b)
	src, err := recorded.Open(dir, "")
	if err != nil {
		b.Fatal(err)
	}
	first, again := fingerprint.Options{}, fingerprint.Options{Memo: fingerprint.NewMemo()}
	b.Run("recorded", func(b *testing.B) { whole(b, src, dir, first) })
	b.Run("recorded-again", func(b *testing.B) { whole(b, src, dir, again) })
	again = fingerprint.Options{Memo: fingerprint.NewMemo()}
	b.Run("live", func(b *testing.B) { whole(b, fingerprint.Live(), "/", first) })
	b.Run("live-again", func(b *testing.B) { whole(b, fingerprint.Live(), "/", again) })
	b.Run("digests", func(b *testing.B) {
		s := read(b, src)
		key := make([]byte, 32)
		measure(b, func() { s.Digests(key) })
	})
	b.Run("anchors", func(b *testing.B) {
		ctx := unhurried(b)
		measure(b, func() {
			if len(fingerprint.ReadAnchors(ctx, src)) < 6 {
				b.Fatal("anchors are missing")
			}
		})
	})
}

func whole(b *testing.B, src fingerprint.Source, root string, o fingerprint.Options) {
	w := &watched{Source: src}
	for range 3 {
		// The last time with what those before remember, once the files are old
		// enough for their times to be relied upon.
		w.files = nil
		if o.Memo != nil {
			time.Sleep(2500 * time.Millisecond)
		}
		if _, err := fingerprint.ReadWith(unhurried(b), w, o); err != nil {
			b.Fatal(err)
		}
	}
	var paths []string
	for _, f := range w.files {
		if p, err := src.Resolve(f); err == nil {
			paths = append(paths, filepath.Join(root, p))
		}
	}
	ctx := unhurried(b)
	b.ReportAllocs()
	var reads, floors []time.Duration
	buf := make([]byte, 2<<20)
	for b.Loop() {
		reads = append(reads, times(1, func() {
			if s, err := fingerprint.ReadWith(ctx, src, o); err != nil || s.Partial {
				b.Fatal(err)
			}
		})...)
		// In turn with the reads, so that both meet the same load.
		b.StopTimer()
		floors = append(floors, times(1, func() { openReadClose(b, paths, buf) })...)
		b.StartTimer()
	}
	p50, _ := report(b, reads)
	floor := median(floors)
	b.ReportMetric(float64(len(paths)), "files")
	b.ReportMetric(ms(floor), "floor-ms")
	b.ReportMetric(float64(p50)/float64(floor), "times-floor")
}

func openReadClose(b *testing.B, paths []string, buf []byte) {
	for _, p := range paths {
		f, err := os.Open(p)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(f, buf); err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
			b.Fatal(err)
		}
		f.Close()
	}
}

func measure(b *testing.B, f func()) (p50, p95 time.Duration) {
	b.ReportAllocs()
	b.ResetTimer()
	list := times(b.N, f)
	b.StopTimer()
	return report(b, list)
}

func report(b *testing.B, list []time.Duration) (p50, p95 time.Duration) {
	slices.Sort(list)
	p50, p95 = median(list), list[len(list)*95/100]
	b.ReportMetric(ms(p50), "p50-ms")
	b.ReportMetric(ms(p95), "p95-ms")
	return p50, p95
}

func times(n int, f func()) []time.Duration {
	list := make([]time.Duration, n)
	for i := range list {
		start := time.Now()
		f()
		list[i] = time.Since(start)
	}
	return list
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
