package api

import "testing"

func TestDetailKey(t *testing.T) {
	for in, want := range map[string]string{
		"the mail server's certificate is not trusted": "the-mail-servers-certificate-is-not-trusted",
		"too late: it is of no use any more":           "too-late-it-is-of-no-use-any-more",
		"451 4.7.1 <(hidden)>: Greylisted":             "451-4-7-1-hidden-greylisted",
		"":                                             "",
	} {
		if got := DetailKey(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
