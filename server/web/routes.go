package web

import (
	"net/http"

	"github.com/seed-1feef0b2/holdfast/server"
)

// Who may use a route.
type who int

const (
	withRight who = iota // whoever has the route's right: nobody, where it names none
	anybody              // also those who are not signed in
	seated               // everybody who is signed in
)

// route is one page or form. Fields are those that a form may have, beside csrf:
// any other is refused.
type route struct {
	method  string
	pattern string
	right   server.Right
	who     who
	fields  []string
	handle  func(*call) error
}

// routes are all routes, with who may use them.
func (c *Console) routes() []route {
	get, post := http.MethodGet, http.MethodPost
	return []route{
		{method: get, pattern: Path, who: seated, handle: (*call).home},
		{method: get, pattern: Path + "/sign-in", who: anybody, handle: (*call).signInPage},
		{method: post, pattern: Path + "/sign-in", who: anybody, fields: []string{"name", "password", "code"}, handle: (*call).signIn},
		{method: get, pattern: Path + "/link/{token}", who: anybody, handle: (*call).linkPage},
		{method: post, pattern: Path + "/link/{token}", who: anybody, fields: []string{"password", "again", "code"}, handle: (*call).link},
		{method: post, pattern: Path + "/sign-out", who: seated, handle: (*call).signOut},
		{method: get, pattern: Path + "/prove", who: seated, handle: (*call).provePage},
		{method: post, pattern: Path + "/prove", who: seated, fields: []string{"code", "next"}, handle: (*call).prove},

		{method: get, pattern: Path + "/account", right: server.RightAccount, handle: (*call).accountSearch},
		{method: post, pattern: Path + "/account", right: server.RightAccount, fields: []string{"number"}, handle: (*call).accountFind},
		{method: get, pattern: Path + "/account/{number}", right: server.RightAccount, handle: (*call).account},
		{method: post, pattern: Path + "/account/{number}/hold", right: server.RightHold, fields: []string{"days", "reason"}, handle: (*call).hold},
		{method: post, pattern: Path + "/device/{id}/send", right: server.RightSendAgain, handle: (*call).send},
		{method: post, pattern: Path + "/device/{id}/revoke", right: server.RightRevoke, fields: []string{"reason"}, handle: (*call).revoke},

		{method: get, pattern: Path + "/audit", right: server.RightAudit, handle: (*call).auditSearch},
		{method: post, pattern: Path + "/audit", right: server.RightAudit, fields: []string{"number"}, handle: (*call).auditFind},
		{method: get, pattern: Path + "/audit/{number}", right: server.RightAudit, handle: (*call).audit},
		{method: get, pattern: Path + "/audit/{number}/export", right: server.RightExport, handle: (*call).auditExport},
		{method: get, pattern: Path + "/roots", right: server.RightAudit, handle: (*call).roots},
		{method: get, pattern: Path + "/roots/{root}/export", right: server.RightExport, handle: (*call).rootExport},

		{method: get, pattern: Path + "/health", right: server.RightHealth, handle: (*call).health},
		{method: get, pattern: Path + "/limits", right: server.RightLimits, handle: (*call).limits},

		{method: get, pattern: Path + "/users", right: server.RightUsers, handle: (*call).users},
		{method: post, pattern: Path + "/users", right: server.RightUsers, fields: []string{"name", "role"}, handle: (*call).addUser},
		{method: post, pattern: Path + "/users/{name}/link", right: server.RightUsers, handle: (*call).inviteUser},
		{method: post, pattern: Path + "/users/{name}/remove", right: server.RightUsers, handle: (*call).removeUser},
	}
}
