package fleetsim

import (
	"math"
	"testing"
)

func near(a, b, by float64) bool { return math.Abs(a-b) <= by }

// TestIntervalsAgainstPublishedTables: Garwood's limits as in Ulm (1990), and
// Wilson's as in Newcombe (1998).
func TestIntervalsAgainstPublishedTables(t *testing.T) {
	for _, tt := range []struct {
		n         int
		low, high float64
	}{{0, 0, 3.689}, {1, 0.0253, 5.572}, {5, 1.623, 11.668}, {10, 4.795, 18.390}, {100, 81.364, 121.627}} {
		if e := rateOf(tt.n, 1, 1); !near(e.Low, tt.low, 6e-4) || !near(e.High, tt.high, 6e-4) {
			t.Errorf("Poisson %d: %+v, want %v to %v", tt.n, e, tt.low, tt.high)
		}
	}
	for _, tt := range []struct {
		k, n      int
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}, {29, 29, 0.8830, 1}} {
		if e := shareOf(tt.k, tt.n); !near(e.Low, tt.low, 1e-4) || !near(e.High, tt.high, 1e-4) {
			t.Errorf("Wilson %d of %d: %+v, want %v to %v", tt.k, tt.n, e, tt.low, tt.high)
		}
	}
}

func TestClustersWidenTheInterval(t *testing.T) {
	even := Tally{Computers: 1000, Years: 1000, Vain: 20, Squares: 20}
	one := Tally{Computers: 1000, Years: 1000, Vain: 20, Squares: 400}
	if even.spread() != 1 || one.spread() < 15 {
		t.Errorf("spread %v and %v", even.spread(), one.spread())
	}
	a, b := even.VainRate(), one.VainRate()
	if a.Value != b.Value || b.High < 2*a.High || b.Low > a.Low/2 {
		t.Errorf("%+v and %+v", a, b)
	}
	if e := rateOf(0, 0, 1); !math.IsInf(e.High, 1) {
		t.Errorf("no time watched: %+v", e)
	}
	if e := shareOf(0, 0); e.Low != 0 || e.High != 1 {
		t.Errorf("nothing tried: %+v", e)
	}
}

func TestWords(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.0123: "0.012", 0.00456: "0.0046", 1.234: "1.23", 12.34: "12.3", 123.4: "123", math.Inf(1): "∞"} {
		if got := rounded(v); got != want {
			t.Errorf("%v is written %q, want %q", v, got, want)
		}
	}
	for v, want := range map[float64]string{0: "0 %", 1: "100 %", 0.9999: "> 99.9 %", 0.0001: "< 0.1 %", 0.846: "84.6 %"} {
		if got := percent(v); got != want {
			t.Errorf("%v is written %q, want %q", v, got, want)
		}
	}
}

func TestCrossing(t *testing.T) {
	s := Sweep{}
	for i, y := range []float64{0.002, 0.01, 0.04, 0.4} {
		x := math.Pow(10, float64(i))
		s.Points = append(s.Points, Point{x, x, Estimate{y, y / 2, y * 2}})
	}
	s.cross()
	if !near(s.Crossing.Value, math.Sqrt(1000), 1) || s.Crossing.Low >= s.Crossing.Value || s.Crossing.High <= s.Crossing.Value {
		t.Errorf("%+v", s.Crossing)
	}
	s.Points = s.Points[:1]
	if s.cross(); !math.IsInf(s.Crossing.Value, 1) {
		t.Errorf("never crossed: %+v", s.Crossing)
	}
	s.Points[0].Vain = Estimate{1, 1, 1}
	if s.cross(); s.Crossing.Value != 0 {
		t.Errorf("over it from the start: %+v", s.Crossing)
	}
}
