package daemon

import (
	"reflect"
	"strings"
	"time"
	"unicode"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
)

// Limits are the limits and lifetimes that an operator sets; zero leaves the one
// that is built in. Each field is the one of server.Limits that has its name.
type Limits struct {
	EmailCodeLife        Duration `json:"email_code_life"`
	EmailCodeMost        Duration `json:"email_code_most"`
	TriesPerChallenge    int      `json:"tries_per_challenge"`
	FailuresPerDay       int      `json:"failures_per_day"`
	StrangerFailures     int      `json:"stranger_failures"`
	TryDelayFrom         int      `json:"try_delay_from"`
	TryDelay             Duration `json:"try_delay"`
	TryDelayMost         Duration `json:"try_delay_most"`
	SendPause1           Duration `json:"send_pause_1"`
	SendPause2           Duration `json:"send_pause_2"`
	SendPause3           Duration `json:"send_pause_3"`
	SendPause4           Duration `json:"send_pause_4"`
	SendsPerHour         int      `json:"sends_per_hour"`
	SendsPerDay          int      `json:"sends_per_day"`
	SignInAccountHour    int      `json:"sign_in_account_hour"`
	SignInAddressHour    int      `json:"sign_in_address_hour"`
	RegisterHour         int      `json:"register_hour"`
	PasswordShortest     int      `json:"password_shortest"`
	PendingDevices       int      `json:"pending_devices"`
	ActiveDevices        int      `json:"active_devices"`
	SnapshotsPerDay      int      `json:"snapshots_per_day"`
	ReleasesPerDay       int      `json:"releases_per_day"`
	RotationsPerDay      int      `json:"rotations_per_day"`
	KeyClaimsPerDay      int      `json:"key_claims_per_day"`
	Configurations       int      `json:"configurations"`
	ReleasesInWindow     int      `json:"releases_in_window"`
	AnnouncementsPerDay  int      `json:"announcements_per_day"`
	WindowLongest        Duration `json:"window_longest"`
	WindowAhead          Duration `json:"window_ahead"`
	CertificateLife      Duration `json:"certificate_life"`
	NonceKept            Duration `json:"nonce_kept"`
	IdempotencyLife      Duration `json:"idempotency_life"`
	PendingLife          Duration `json:"pending_life"`
	HoldNewDevice        Duration `json:"hold_new_device"`
	HoldClone            Duration `json:"hold_clone"`
	HoldChip             Duration `json:"hold_chip"`
	MessageLease         Duration `json:"message_lease"`
	PhoneCodeLife        Duration `json:"phone_code_life"`
	PhoneCodeMost        Duration `json:"phone_code_most"`
	PhoneSendsTenMinutes int      `json:"phone_sends_ten_minutes"`
	PhoneSendsHour       int      `json:"phone_sends_hour"`
	PhoneSendsDay        int      `json:"phone_sends_day"`
	PhoneNoticesDay      int      `json:"phone_notices_day"`
	PrefixSendsHour      int      `json:"prefix_sends_hour"`
	CountrySendsDay      int      `json:"country_sends_day"`
	CountryTyped         int      `json:"country_typed"`
	CountryJudgedFrom    int      `json:"country_judged_from"`
	CountriesPerSource   int      `json:"countries_per_source"`
	PhoneSourceHour      int      `json:"phone_source_hour"`
	PhonesPerDay         int      `json:"phones_per_day"`
	StepUpHour           int      `json:"step_up_hour"`
	PhoneCoolOff         Duration `json:"phone_cool_off"`
	FailingLife          Duration `json:"failing_life"`
	HoldContact          Duration `json:"hold_contact"`
	LinkLife             Duration `json:"link_life"`
	LinkPause            Duration `json:"link_pause"`
}

func limitsBlock() block {
	b := block{title: "Limits and lifetimes", check: checkLimits}
	for _, p := range server.DefaultLimits().Table() {
		b.keys = append(b.keys, Key{
			Name: "limits." + limitName(p.Name), Default: "`" + settingOf(p.Value) + "`",
			Meaning: strings.ToUpper(p.What[:1]) + p.What[1:] + ". From `" + settingOf(p.Min) + "` to `" + settingOf(p.Max) + "`.",
		})
	}
	return b
}

// limitName writes SendsPerDay as sends_per_day.
func limitName(field string) string {
	var b strings.Builder
	lower := false
	for _, r := range field {
		if lower && !unicode.IsLower(r) {
			b.WriteByte('_')
		}
		lower = unicode.IsLower(r)
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// settingOf writes a limit as the settings file does.
func settingOf(v any) string {
	d, ok := v.(time.Duration)
	if !ok {
		return server.Show(v)
	}
	switch {
	case d%time.Hour == 0:
		return server.Show(int(d/time.Hour)) + "h"
	case d%time.Minute == 0:
		return server.Show(int(d/time.Minute)) + "m"
	}
	return d.String()
}

// over puts what is set over limits.
func (l Limits) over(base server.Limits) server.Limits {
	from, to := reflect.ValueOf(l), reflect.ValueOf(&base).Elem()
	for i := range from.NumField() {
		if v := from.Field(i); !v.IsZero() {
			to.FieldByName(from.Type().Field(i).Name).SetInt(v.Int())
		}
	}
	return base
}

// checkLimits refuses a limit outside its range.
func checkLimits(s *Settings) error {
	set := s.Limits.over(server.DefaultLimits())
	for _, p := range set.Table() {
		one := reflect.ValueOf(server.DefaultLimits())
		alone := reflect.New(one.Type()).Elem()
		alone.Set(one)
		alone.FieldByName(p.Name).Set(reflect.ValueOf(p.Value))
		if err := alone.Interface().(server.Limits).Check(); err != nil {
			return refuse("value", text.Data{"Key": "limits." + limitName(p.Name)})
		}
	}
	return nil
}

// limits are those of the rules: what tests pass, or the defaults, and the
// settings over either.
func (d *Daemon) limits(o Options) server.Limits {
	base := o.Limits
	if base == (server.Limits{}) {
		base = server.DefaultLimits()
	}
	return d.settings.Limits.over(base)
}
