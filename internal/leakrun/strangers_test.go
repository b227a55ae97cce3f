package leakrun

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/internal/fastclient"
)

// strange sends what nobody should: broken requests with an address, a number, a
// code, a password and a link's token wherever there is room for them.
func (p *person) strange() {
	email, password, code, token := address(p.n, "eve."), "no "+fastclient.Random(8), p.wrong(), fastclient.Random(16)
	number := p.mobile(98)
	p.secrets.AddAddress(email)
	p.secret("password", password)
	p.secret("token that is none", token)
	d := p.computer(email, 4_000_000+p.n)
	words := fmt.Sprintf("%q:%q,%q:%q,%q:%q", "email", email, "password", password, "number", number)
	for name, c := range map[string]fastclient.Call{
		"not whole":        {Method: http.MethodPost, Path: api.RouteAccounts, Raw: []byte("{" + words)},
		"no JSON":          {Method: http.MethodPost, Path: api.RouteAccounts, Raw: []byte(email + " " + code)},
		"unknown field":    {Method: http.MethodPost, Path: api.RouteAccounts, Raw: []byte(fmt.Sprintf(`{%q:1,%q:2}`, email, code))},
		"wrong types":      {Method: http.MethodPost, Path: api.RouteAccounts, Raw: []byte("{" + words + `,"device":"` + code + `"}`)},
		"wrong language":   {Method: http.MethodPost, Path: api.RouteAccounts, Body: api.RegisterRequest{Email: email, Password: password, Language: number, Device: d.NewDevice()}},
		"no address":       {Method: http.MethodPost, Path: api.RouteAccounts, Body: api.RegisterRequest{Email: number + " " + code, Password: password, Language: "en", Device: d.NewDevice()}},
		"unknown login":    {Method: http.MethodPost, Path: api.RouteDevices, Body: api.EnrolRequest{Login: email, Password: password, Device: d.NewDevice()}},
		"address as path":  {Method: http.MethodGet, Path: "/v1/devices/" + url.PathEscape(email)},
		"code as path":     {Method: http.MethodGet, Path: "/" + code},
		"token as path":    {Method: http.MethodGet, Path: "/not-me/" + token},
		"address as query": {Method: http.MethodGet, Path: "/v1/devices/" + token + "?email=" + url.QueryEscape(email) + "&code=" + code},
		"no such call":     {Method: http.MethodPost, Path: "/v1/calls/caller/" + token, Raw: []byte("CallSid=" + code)},
		"another's header": {Method: http.MethodGet, Path: "/v1/devices/" + token, Alter: func(r *http.Request) {
			r.Header.Set("User-Agent", email)
			r.Header.Set("Referer", origin+"/not-me/"+token)
			r.Header.Set("Cookie", "holdfast-console="+token)
			r.Header.Set("X-Request-Id", code)
			r.Header.Set("Traceparent", "00-"+token+"-"+token[:16]+"-01")
			r.Header.Set("Baggage", "email="+url.QueryEscape(email)+",code="+code)
			r.Header.Set("Signature-Input", strings.Replace(r.Header.Get("Signature-Input"), "keyid=", "keyid=\""+email+"\";x=", 1))
		}},
		"key of words": {Method: http.MethodPost, Path: api.RouteAccounts, Key: code + " " + email, Body: api.RegisterRequest{Email: email}},
	} {
		reply, err := d.Send(ctx, c)
		if err != nil {
			p.t.Errorf("%s: %v", name, err)
			continue
		}
		if reply.Status < 400 || reply.Status >= 500 {
			p.t.Errorf("%s: %d %s", name, reply.Status, reply.Body)
		}
		p.done(fmt.Sprintf("bad request: %d", reply.Status))
	}
	p.carrier.tell("/v1/reports/carrier", []byte(`{"type":"message.failed","data":{"id":"`+email+`","detail":"`+number+" "+code+`"}}`), true)
	p.staffForm("/staff/sign-in", url.Values{"name": {email}, "password": {password}, "code": {code}})
	p.staffForm("/staff/link/"+token, url.Values{"password": {password}, "again": {password}, "code": {code}})
	p.noHTTP("GET /"+code+"?"+email+" HTTP/7.7\r\n\r\n", "POST / HTTP/1.1\r\nHost: "+email+"\r\n"+code+" "+password+"\r\n\r\n", "\x16\x03\x01"+email)
}

// noHTTP sends what is not HTTP at all.
func (p *person) noHTTP(texts ...string) {
	for _, text := range texts {
		conn, err := net.Dial("tcp", p.server.Address)
		if err != nil {
			p.t.Error(err)
			return
		}
		_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
		_, _ = io.WriteString(conn, text)
		_ = conn.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, conn)
		_ = conn.Close()
		p.done("no HTTP")
	}
}
