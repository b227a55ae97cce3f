package fingerprint_test

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/jaypipes/ghw"
	"github.com/shirou/gopsutil/v3/host"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// BenchmarkPeers reads this computer beside what other tools read of theirs, in
// turn, so that all meet the same load. It prints medians and how many times
// longer each peer takes than our whole reading; it never fails on slowness. The
// peers read other things than we do: the figure says what a person would wait
// for. ghw's list of devices is the one of the system; it asks no network.
func BenchmarkPeers(b *testing.B) {
	b.Setenv("PCIDB_ENABLE_NETWORK_FETCH", "false")
	b.Setenv("GHW_DISABLE_WARNINGS", "1")
	ctx := unhurried(b)
	memo := fingerprint.NewMemo()
	peers := []struct {
		name string
		run  func() error
	}{
		{"ours", func() error { _, err := fingerprint.Read(ctx, fingerprint.Live()); return err }},
		{"ours-again", func() error {
			_, err := fingerprint.ReadWith(ctx, fingerprint.Live(), fingerprint.Options{Memo: memo})
			return err
		}},
		{"gopsutil", func() error { _, err := host.InfoWithContext(ctx); return err }},
		{"ghw", func() error { _, err := ghw.Host(); return err }},
		{"inxi", func() error { return exec.Command("/usr/bin/inxi", "-F", "-c", "0").Run() }},
	}
	took := map[string][]time.Duration{}
	for b.Loop() {
		for _, p := range peers {
			if _, err := os.Stat("/usr/bin/inxi"); err != nil && p.name == "inxi" {
				continue
			}
			took[p.name] = append(took[p.name], times(1, func() {
				if err := p.run(); err != nil && len(took[p.name]) == 0 {
					// It ends early then, which flatters it.
					b.Logf("%s: %v", p.name, err)
				}
			})...)
		}
	}
	ours := median(took["ours"])
	for _, p := range peers {
		list := took[p.name]
		if len(list) == 0 {
			b.Logf("NOT HERE: %s", p.name)
			continue
		}
		m := median(list)
		b.ReportMetric(ms(m), p.name+"-ms")
		b.ReportMetric(float64(m)/float64(ours), p.name+"-times-ours")
	}
	b.ReportMetric(ms(took["ours"][len(took["ours"])*95/100]), "ours-p95-ms")
}
