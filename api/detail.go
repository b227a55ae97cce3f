package api

import "strings"

// DetailKey gives a short name to a sentence of the server's own in
// Delivery.Detail, "the mail server did not answer in time": its words in lower
// case with hyphens, the-mail-server-did-not-answer-in-time. Programs look the
// sentence up under it in the person's language, and show the detail as it is where
// they find none: then it is a relay's own reply.
func DetailKey(detail string) string {
	words := strings.FieldsFunc(strings.ToLower(detail), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '\''
	})
	return strings.ReplaceAll(strings.Join(words, "-"), "'", "")
}
