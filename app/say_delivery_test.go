package app

import (
	"testing"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

func TestSayDetail(t *testing.T) {
	for _, c := range []struct {
		lang, in, want string
		ours           bool
	}{
		{"en", "the mail server's certificate is not trusted", "the mail server’s certificate is not trusted", true},
		{"vi", "the mail server did not answer in time", "máy chủ thư không trả lời kịp", true},
		{"ru", "given up: the mail server cannot be reached", "больше не пробуем, последняя причина: почтовый сервер недоступен", true},
		{"vi", "451 4.7.1 greylisted", "451 4.7.1 greylisted", false},
		{"en", "given up: 451 4.7.1 greylisted", "we stopped trying; the last reason was: 451 4.7.1 greylisted", true},
	} {
		if got, ours := SayDetail(text.For(c.lang), c.in); got != c.want || ours != c.ours {
			t.Errorf("%s %q: %q %t", c.lang, c.in, got, ours)
		}
	}
}
