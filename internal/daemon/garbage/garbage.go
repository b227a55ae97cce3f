// Package garbage says how much memory may lie unused before Go collects it. By
// itself Go waits until as much is unused as is in use: in a small server that is a
// few megabytes, and it collects many times a second.
//
// What belongs here: that one setting, for the process that serves. What does not:
// limits on what is in use, which only less work can lower.
package garbage

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// Bounds of the setting. Least is in bytes; percentages are of what is in use.
const (
	// Least is the room for what is unused, whatever is in use: 10 MiB. Twice that would
	// save some hundredths of the processor time in a benchmark, and take 10 MiB more.
	Least = 10 << 20
	// inLarge is what it is in a process that uses much; most keeps a nearly empty
	// one from taking all of Least for nothing.
	inLarge = 50
	most    = 1000
)

// Percent is what debug.SetGCPercent is to be where so many bytes are in use.
func Percent(used uint64) int {
	if used == 0 {
		return most
	}
	return int(min(max(Least*100/used, inLarge), most)) //nolint:gosec // at most a thousand
}

// Keep sets the room after every collection, until stop is called, which puts back
// what held before.
func Keep() (stop func()) {
	k := &keeper{sample: []metrics.Sample{{Name: "/gc/heap/live:bytes"}}}
	before := debug.SetGCPercent(k.percent())
	k.watch()
	return func() {
		if k.stopped.CompareAndSwap(false, true) {
			debug.SetGCPercent(before)
		}
	}
}

type keeper struct {
	stopped atomic.Bool
	sample  []metrics.Sample
	last    int
}

// watch has each run once something that nothing uses is collected: at the end of
// the next collection.
func (k *keeper) watch() {
	canary := new([16]byte) // nothing smaller: tiny things share a place
	runtime.SetFinalizer(canary, func(*[16]byte) { k.each() })
}

func (k *keeper) each() {
	if k.stopped.Load() {
		return
	}
	if p := k.percent(); p != k.last {
		k.last = p
		debug.SetGCPercent(p)
	}
	k.watch()
}

func (k *keeper) percent() int {
	metrics.Read(k.sample)
	if k.sample[0].Value.Kind() != metrics.KindUint64 {
		return 100
	}
	return Percent(k.sample[0].Value.Uint64())
}
