package garbage

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
)

func TestPercent(t *testing.T) {
	for used, want := range map[uint64]int{
		0: 1000, 1 << 10: 1000, 2 << 20: 500, 5 << 20: 200, 10 << 20: 100, 16 << 20: 62, 32 << 20: 50, 1 << 40: 50,
	} {
		if got := Percent(used); got != want {
			t.Errorf("%d bytes: %d, want %d", used, got, want)
		}
	}
}

var hold []byte

// TestTheSettingFollowsWhatIsInUse: much in use, and little again.
func TestTheSettingFollowsWhatIsInUse(t *testing.T) {
	before := setting()
	stop := Keep()
	defer stop()
	hold = make([]byte, 64<<20)
	settles(t, "with much in use", func(p int) bool { return p == inLarge })
	hold = nil
	settles(t, "with little in use", func(p int) bool { return p > 100 })
	stop()
	runtime.GC()
	time.Sleep(20 * time.Millisecond)
	if got := setting(); got != before {
		t.Errorf("left at %d, was %d", got, before)
	}
}

func settles(t *testing.T, when string, good func(int) bool) {
	t.Helper()
	for range 200 {
		runtime.GC()
		if good(setting()) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("%s it is %d", when, setting())
}

func setting() int {
	s := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(s)
	return int(s[0].Value.Uint64()) //nolint:gosec // a percentage
}

// TestStopPutsBackWhatAPersonSet.
func TestStopPutsBackWhatAPersonSet(t *testing.T) {
	before := debug.SetGCPercent(77)
	defer debug.SetGCPercent(before)
	Keep()()
	if setting() != 77 {
		t.Errorf("now %d", setting())
	}
}
