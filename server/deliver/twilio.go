package deliver

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// TwilioOptions say which account of a Twilio-compatible provider sends text
// messages and makes calls. All but CAs must be given.
type TwilioOptions struct {
	// Name is the provider's name in the settings and in callbacks' addresses.
	Name string
	// URL is the API's address, such as https://api.twilio.com.
	URL string
	// Account is the account's SID; Token gives its auth token, which signs in and
	// checks the signatures of callbacks.
	Account string
	Token   func() (string, error)
	// From is the number, the name, or the messaging service (MG…) that messages
	// come from.
	From string
	// Origin is this server's address, which the provider calls back.
	Origin string
	Now    func() time.Time
	// Source gives the words of a call when somebody is there to hear them; may be
	// nil where no calls are made.
	Source CallSource
	// CAs may vouch for the provider; the system's where nil.
	CAs *x509.CertPool
}

// Twilio hands letters to a provider that speaks Twilio's HTTP interface
// (2010-04-01): Messages.json for text messages, Calls.json for calls.
type Twilio struct {
	opt    TwilioOptions
	url    *url.URL
	client *http.Client
	brake  brake
}

// providerName is what names of providers look like; they are parts of addresses.
var providerName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

var accountSID = regexp.MustCompile(`^[A-Za-z0-9]{1,64}$`)

// NewTwilio makes a sender. It does not connect.
func NewTwilio(opt TwilioOptions) (*Twilio, error) {
	u, err := phoneURL(opt.URL)
	if err != nil {
		return nil, err
	}
	if !providerName.MatchString(opt.Name) {
		return nil, errors.New("deliver: a provider's name is of small letters, digits and dashes, at most 32")
	}
	if !accountSID.MatchString(opt.Account) || opt.From == "" || opt.Token == nil || opt.Origin == "" || opt.Now == nil {
		return nil, errors.New("deliver: account, token, sender, origin and clock must be given")
	}
	if _, err := opt.Token(); err != nil {
		return nil, fmt.Errorf("deliver: the provider's token cannot be read: %w", err)
	}
	return &Twilio{opt: opt, url: u, client: phoneClient(opt.CAs)}, nil
}

// From is empty: text messages have no address to be trusted.
func (t *Twilio) From() string { return "" }

// Send hands one letter over. What the provider says of the number it is for
// refuses it; everything else puts it off.
func (t *Twilio) Send(ctx context.Context, l Letter) Outcome {
	if t.brake.held(t.opt.Now()) {
		return down("the provider asked for fewer messages at a time")
	}
	token, err := t.opt.Token()
	if err != nil {
		return down("the provider's token cannot be read")
	}
	form, what := t.message(l), "Messages"
	if l.Channel == api.ChannelVoice {
		form, what = t.call(l, token), "Calls"
	}
	address := t.url.JoinPath("2010-04-01", "Accounts", t.opt.Account, what+".json")
	r, err := http.NewRequest(http.MethodPost, address.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return refused("the message cannot be sent by this provider")
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	r.SetBasicAuth(t.opt.Account, token)
	answer, err := post(ctx, t.client, r)
	if err != nil {
		return down(httpTrouble(ctx, err))
	}
	return t.judge(answer, l)
}

// message is the form of a text message.
func (t *Twilio) message(l Letter) url.Values {
	form := url.Values{
		"To": {l.To}, "Body": {l.Text}, "StatusCallback": {t.reports()},
		"ValidityPeriod": {strconv.Itoa(twilioValid(l.Valid))},
	}
	if strings.HasPrefix(t.opt.From, "MG") && len(t.opt.From) == 34 {
		form.Set("MessagingServiceSid", t.opt.From)
	} else {
		form.Set("From", t.opt.From)
	}
	return form
}

// twilioValid is how long the provider may try, in the seconds that it allows.
func twilioValid(d time.Duration) int {
	return int(min(max(d, time.Minute), 4*time.Hour) / time.Second)
}

// reports is the address for reports, exactly as callbacks are signed for it.
func (t *Twilio) reports() string {
	return strings.TrimRight(t.opt.Origin, "/") + "/v1/reports/" + t.opt.Name
}

// twilioAnswer is the part of an answer that matters.
type twilioAnswer struct {
	SID     string `json:"sid"`
	Status  string `json:"status"`
	Code    int    `json:"code"`
	Message string `json:"message"`
	// ErrorCode is set where a message was taken and has failed already.
	ErrorCode int `json:"error_code"`
}

// judge turns an answer into an outcome.
func (t *Twilio) judge(r reply, l Letter) Outcome {
	var a twilioAnswer
	_ = json.Unmarshal(r.body, &a)
	words := phoneDetail(fmt.Sprintf("%d %s", r.status, a.Status), l)
	if a.Code != 0 {
		words = phoneDetail(fmt.Sprintf("%d, error %d: %s", r.status, a.Code, a.Message), l)
	}
	switch {
	case r.status/100 == 2 && a.SID != "":
		t.brake.release()
		out := handedOver(words)
		out.Provider = t.opt.Name + "/" + a.SID
		return out
	case r.status == http.StatusTooManyRequests:
		t.brake.press(t.opt.Now(), r.after)
		return down(words)
	case r.status == http.StatusBadRequest && aboutTheNumber(a.Code):
		return refusedThem(words)
	case r.status/100 == 4 && a.Code != 0 && r.status != http.StatusUnauthorized && r.status != http.StatusForbidden:
		return putOff(words)
	default:
		return down(words)
	}
}

// aboutTheNumber says whether an error of the provider's speaks of the number the
// message is for, whoever sends it: not a number, cannot be reached by text, or
// whoever has it asked for no more. The rest is between us and the provider.
func aboutTheNumber(code int) bool {
	return slices.Contains([]int{
		21211, 21214, 21217, 21610, 21614, // messages: no number, not reachable, no number, stopped, not a mobile
		13223, 13224, // calls: no number, no number
	}, code)
}
