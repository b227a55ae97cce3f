package server_test

import (
	"fmt"
	"math"
	"net/netip"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// TestUnknownAccountsTakeAsLong compares, in turn, wrong passwords of known accounts
// and of none, and registrations of free and of taken addresses: the medians must
// be close, and the two distributions not to be told apart (Kolmogorov–Smirnov).
// The long form takes 1,000 of each.
func TestUnknownAccountsTakeAsLong(t *testing.T) {
	longAlone(t)
	n := 15 // enough for what is twice as slow
	if os.Getenv("HOLDFAST_FULL") == "1" {
		n = 1000
	}
	one(t, func(l *server.Limits) { l.RegisterHour, l.SignInAddressHour = 10_000, 10_000 }, func(l *lab) {
		l.many(10)
		at := 0
		from := func() *box {
			at++
			b := l.box()
			b.ip = netip.AddrFrom4([4]byte{10, byte(at >> 16), byte(at >> 8), byte(at)})
			return b
		}
		signIn := func(login string) float64 {
			b := from()
			r := api.EnrolRequest{Login: login, Password: "a password that is wrong", Device: b.newDevice()}
			c := b.caller("enrol", r)
			begun := time.Now()
			_, err := l.svc.Enrol(ctx, c, r)
			took := time.Since(begun)
			l.want(err, api.CodeSignIn)
			return took.Seconds()
		}
		register := func(email string) float64 {
			b := from()
			r := api.RegisterRequest{Email: email, Password: password, Language: "en", Device: b.newDevice()}
			c := b.caller("register", r)
			begun := time.Now()
			_, err := l.svc.Register(ctx, c, r)
			took := time.Since(begun)
			l.must(err)
			return took.Seconds()
		}
		pause := func() { l.clock.pass(40 * time.Minute) } // within the limits of each account and address
		alike(
			t, "sign-in, known and unknown account", n, pause,
			func(i int) float64 { return signIn(fmt.Sprintf("p%d@example.org", i%10)) },
			func(i int) float64 { return signIn(fmt.Sprintf("nobody%d@example.org", i)) },
		)
		alike(
			t, "registration, taken and free address", n, pause,
			func(i int) float64 { return register(fmt.Sprintf("p%d@example.org", i%10)) },
			func(i int) float64 { return register(fmt.Sprintf("fresh%d@example.org", i)) },
		)
	})
}

// alike measures two things in turn, now one first, now the other.
func alike(t *testing.T, what string, n int, pause func(), a, b func(i int) float64) {
	t.Helper()
	var first, second []float64
	for i := range n {
		pause()
		if i%2 == 0 {
			first = append(first, a(i))
			second = append(second, b(i))
		} else {
			second = append(second, b(i))
			first = append(first, a(i))
		}
	}
	ma, mb, d := median(first), median(second), distance(first, second)
	limit := 1.95 * math.Sqrt(2/float64(n)) // one in a thousand by chance
	t.Logf("%s, %d each: medians %.2f and %.2f ms (%+.1f %%), KS distance %.3f (told apart from %.3f)",
		what, n, ma*1e3, mb*1e3, 100*(ma/mb-1), d, limit)
	if math.Abs(ma/mb-1) > 0.15 && d > limit {
		t.Errorf("%s can be told apart", what)
	}
}

func median(list []float64) float64 {
	s := slices.Clone(list)
	slices.Sort(s)
	return s[len(s)/2]
}

// distance is the largest gap between two empirical distributions.
func distance(a, b []float64) float64 {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	most := 0.0
	for _, x := range slices.Concat(a, b) {
		i, _ := slices.BinarySearch(a, math.Nextafter(x, math.Inf(1)))
		j, _ := slices.BinarySearch(b, math.Nextafter(x, math.Inf(1)))
		most = max(most, math.Abs(float64(i)/float64(len(a))-float64(j)/float64(len(b))))
	}
	return most
}
