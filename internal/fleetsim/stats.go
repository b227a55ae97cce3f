package fleetsim

import "math"

// Estimate is a value with its 95 % confidence interval.
type Estimate struct{ Value, Low, High float64 }

// z is the standard normal quantile for 95 %, two-sided.
const z = 1.959963984540054

// rateOf gives events per year with the exact Poisson interval (Garwood 1936):
// the quantiles of chi-squared with 2n and 2n+2 degrees of freedom, halved. The
// spread (variance over mean, 1 or more) makes a count that comes in clusters as
// much weaker.
func rateOf(n int, years, spread float64) Estimate {
	if years <= 0 {
		return Estimate{High: math.Inf(1)}
	}
	k := float64(n) / spread
	e := Estimate{Value: float64(n) / years}
	if k > 0 {
		e.Low = gammaQuantile(k, 0.025) * spread / years
	}
	e.High = gammaQuantile(k+1, 0.975) * spread / years
	return e
}

// shareOf gives k of n with Wilson's score interval (1927).
func shareOf(k, n int) Estimate {
	if n == 0 {
		return Estimate{High: 1}
	}
	p, m := float64(k)/float64(n), float64(n)
	mid := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	e := Estimate{p, math.Max(0, mid-half), math.Min(1, mid+half)}
	if k == 0 {
		e.Low = 0 // exactly so, whatever rounding makes of it
	}
	if k == n {
		e.High = 1
	}
	return e
}

// gammaQuantile inverts the regularised lower incomplete gamma function P(a, x)
// in x by halving.
func gammaQuantile(a, p float64) float64 {
	low, high := 0.0, a+10*math.Sqrt(a)+20
	for range 200 {
		mid := (low + high) / 2
		if gammaP(a, mid) < p {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}

// gammaP is the regularised lower incomplete gamma function, by its series where
// x is small and by its continued fraction (Lentz) elsewhere.
func gammaP(a, x float64) float64 {
	if x <= 0 {
		return 0
	}
	lg, _ := math.Lgamma(a)
	front := math.Exp(a*math.Log(x) - x - lg)
	if x < a+1 {
		term, sum := 1/a, 1/a
		for n := 1.0; n < 10000 && math.Abs(term) > math.Abs(sum)*1e-15; n++ {
			term *= x / (a + n)
			sum += term
		}
		return front * sum
	}
	const tiny = 1e-300
	b := x + 1 - a
	c, d := 1/tiny, 1/b
	h := d
	for i := 1.0; i < 10000; i++ {
		an := -i * (i - a)
		b += 2
		d = notZero(an*d + b)
		c = notZero(b + an/c)
		d = 1 / d
		h *= d * c
		if math.Abs(d*c-1) < 1e-15 {
			break
		}
	}
	return 1 - front*h
}

func notZero(x float64) float64 {
	if math.Abs(x) < 1e-300 {
		return 1e-300
	}
	return x
}
