package httpapi

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Parts of the API, as the document groups its operations.
const (
	tagAccounts   = "Accounts"
	tagDevices    = "Devices"
	tagChallenges = "Challenges"
	tagSecurity   = "Security"
)

// tags are sorted by name, as linters want them.
func tags() []*huma.Tag {
	return []*huma.Tag{
		{Name: tagAccounts, Description: "A person's account begins with its first computer."},
		{Name: tagChallenges, Description: "The server's demand for a code, its messages and its answer."},
		{Name: tagDevices, Description: "A computer: how it joins, reports itself and leaves."},
		{Name: tagSecurity, Description: "Where an account's codes go."},
	}
}

// tagOf says which part a route belongs to.
func tagOf(route string) string {
	switch {
	case route == api.RouteAccounts:
		return tagAccounts
	case strings.Contains(route, "/challenges/"):
		return tagChallenges
	case strings.Contains(route, "/security"):
		return tagSecurity
	}
	return tagDevices
}

// how says who signs an operation and what repeating it does.
func how(method, route string) string {
	switch {
	case method == http.MethodGet:
		return "Signed with the device's key. Changes nothing."
	case route == api.RouteAccounts, route == api.RouteDevices, route == api.RouteKeys:
		return "Signed with the key in the body. Repeated under its idempotency key within 24 hours it is not done again."
	}
	return "Signed with the device's key. Repeated under its idempotency key within 24 hours it is not done again, " +
		"and answered as it was; certificates and shares are made anew or come with the next check-in."
}
