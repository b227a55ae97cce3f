package httpapi

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/seed-1feef0b2/holdfast/api"
)

// atHistory is the one route with a query: where its page begins.
type atHistory struct {
	ID     string `path:"id" maxLength:"64" doc:"The device; must be the one whose key signed."`
	Before int64  `query:"before" minimum:"1" doc:"Only events before this sequence number; the newest where it is missing."`
}

func (p atHistory) ids() (string, string) { return p.ID, "" }

// pageQuery is the query of a history, in the one spelling that it may have.
var pageQuery = regexp.MustCompile(`^before=([1-9][0-9]{0,18})$`)

// checkQuery refuses a query that the route does not have: unknown_query for any
// other name or a second parameter, invalid_value for no sequence number.
func checkQuery(route string, u *url.URL) error {
	if u.RawQuery == "" {
		return nil
	}
	if route != http.MethodGet+" "+api.RouteHistory {
		return api.NewError(api.CodeUnknownQuery)
	}
	if m := pageQuery.FindStringSubmatch(u.RawQuery); m != nil {
		if _, err := strconv.ParseInt(m[1], 10, 64); err == nil {
			return nil
		}
		return api.NewError(api.CodeInvalidValue)
	}
	if q := u.Query(); len(q) == 1 && len(q["before"]) == 1 {
		return api.NewError(api.CodeInvalidValue)
	}
	return api.NewError(api.CodeUnknownQuery)
}

func (a *API) history() {
	op := a.operation(http.MethodGet, api.RouteHistory, "What happened to the device, newest first", http.StatusOK, nil)
	huma.Register(a.huma, op, func(ctx context.Context, p *atHistory) (*reply[api.History], error) {
		c, err := a.prove(ctx, op, *p, a.known(ctx))
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return answer[api.History](ctx, a)(a.cfg.Service.History(ctx, c, p.Before))
	})
}
