package deliver

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/deliver/gsm"
)

// phoneHost is as long as hosts of servers get in practice.
const phoneHost = "activation.keys.example.org"

// toPhone is a message of a kind on its way to a phone.
func toPhone(kind, lang, channel string) server.Message {
	m := full(kind, lang)
	m.To, m.Channel, m.Life = "+84901234567", channel, 10*time.Minute
	if m.Code != "" {
		m.Code = "482362"
	}
	m.Data["Destination"], m.Data["Channel"] = "k•••@m•••.org", api.ChannelSMS
	return m
}

// phoneKinds are the kinds that go to phones.
func phoneKinds() []string {
	return slices.DeleteFunc(server.MessageKinds(), func(k string) bool { return !Speaks(api.ChannelSMS, k) })
}

func TestKindsThatNeverGoToPhones(t *testing.T) {
	for _, kind := range server.MessageKinds() {
		// The account has no phone yet, or none any more.
		opens := kind == server.MessageRegister || kind == server.NoticeExists || kind == server.MessageEmail
		if opens && Speaks(api.ChannelSMS, kind) || strings.HasPrefix(kind, server.MessageCodePrefix) && !opens && !Speaks(api.ChannelVoice, kind) {
			t.Errorf("%s: by phone %t", kind, Speaks(api.ChannelSMS, kind))
		}
		if !Speaks(api.ChannelEmail, kind) {
			t.Errorf("%s: not by mail", kind)
		}
		if opens {
			if _, err := WritePhone(toPhone(kind, "en", api.ChannelSMS), phoneHost, start); err == nil {
				t.Errorf("%s was written for a phone", kind)
			}
		}
	}
	if Speaks("pigeon", server.MessageEnrol) || Speaks(api.ChannelSMS, "code.unknown") {
		t.Error("a channel or kind that nobody knows")
	}
}

// TestTextMessages: code first, one line that says who never asks, the bound line
// last; one part in the default alphabet where the language has it, two at most.
func TestTextMessages(t *testing.T) {
	names := []string{"", "LAPTOP-7", "Máy tính xách tay của chị Nguyễn Thị Minh Khai", strings.Repeat("W", 64), "ноутбук бухгалтерии, второй этаж, окно", "🙂", "evil.example.org/pay"}
	for _, kind := range phoneKinds() {
		for _, lang := range text.Languages {
			for _, name := range names {
				m := toPhone(kind, lang, api.ChannelSMS)
				m.Device = name
				l, err := WritePhone(m, phoneHost, start)
				if err != nil {
					t.Fatalf("%s %s %q: %v", kind, lang, name, err)
				}
				oneTextMessage(t, kind+" "+lang+" "+name, l)
			}
		}
	}
}

func oneTextMessage(t *testing.T, name string, l Letter) {
	t.Helper()
	wide, units, parts := gsm.Length(l.Text)
	if parts > partsMost || l.Language == "en" && (wide || parts != 1) {
		t.Errorf("%s: %d units in %d parts, UCS-2 %t:\n%s", name, units, parts, wide, l.Text)
	}
	if m := gap.FindString(l.Text); m != "" || strings.Contains(l.Text, "<phone.") || strings.Contains(l.Text, "//") || strings.Contains(l.Text, "example.org/") {
		t.Errorf("%s: a gap or a link in\n%s", name, l.Text)
	}
	if l.Subject != "" || l.HTML != "" || l.Speech != nil || l.To != "+84901234567" || l.Channel != api.ChannelSMS {
		t.Errorf("%s: %+v", name, l)
	}
	if l.Code == "" {
		if !strings.HasPrefix(l.Text, "Holdfast: ") || strings.Contains(l.Text, "#") || l.Valid != 24*time.Hour {
			t.Errorf("%s: a notice:\n%s", name, l.Text)
		}
		return
	}
	if l.Valid != 10*time.Minute || !strings.HasPrefix(l.Text, "482362 ") || !strings.HasSuffix(l.Text, "\n@"+phoneHost+" #482362") || strings.Count(l.Text, "\n") != 1 {
		t.Errorf("%s: a code:\n%s", name, l.Text)
	}
	if p := text.For(l.Language); !strings.Contains(l.Text, p.T("phone.nobody-asks")) {
		t.Errorf("%s: nothing about who never asks:\n%s", name, l.Text)
	}
}

func TestTheNameOfTheComputerIsShownWhereItFits(t *testing.T) {
	for lang, c := range map[string]struct{ device, want string }{
		"en": {"Máy của Đức", `a NEW computer, "May cua Duc".`},
		"vi": {"Máy của Đức", "máy MỚI “Máy của Đức”."},
		"ru": {"ноутбук", "НОВОГО «ноутбук»."},
	} {
		m := toPhone(server.MessageEnrol, lang, api.ChannelSMS)
		m.Device = c.device
		l, err := WritePhone(m, phoneHost, start)
		if err != nil || !strings.Contains(l.Text, c.want) || !strings.Contains(l.Text, "K7Q") {
			t.Errorf("%s: %v\n%s", lang, err, l.Text)
		}
	}
	m := toPhone(server.MessageEnrol, "en", api.ChannelSMS)
	m.Device = strings.Repeat("W", 40)
	if l, err := WritePhone(m, phoneHost, start); err != nil || !strings.Contains(l.Text, `computer, "WWWWWWWWWWWWWWWWWWW...".`) {
		t.Errorf("a long name: %v\n%s", err, l.Text)
	}
}

func TestTheBoundLine(t *testing.T) {
	m := toPhone(server.MessageEnrol, "en", api.ChannelSMS)
	for host, want := range map[string]bool{"keys.example.org": true, "localhost": true, "": false, "192.0.2.1": false, "2001:db8::1": false} {
		l, err := WritePhone(m, host, start)
		if err != nil || strings.Contains(l.Text, "\n@"+host+" #482362") != want || strings.Contains(l.Text, "#") != want {
			t.Errorf("%q: %v\n%s", host, err, l.Text)
		}
	}
	if !HostFits(phoneHost) || !HostFits(strings.Repeat("a", 32)+".org") || HostFits(strings.Repeat("a", 63)+"."+strings.Repeat("b", 40)+".org") {
		t.Error("which hosts fit")
	}
}

func TestCalls(t *testing.T) {
	digits := regexp.MustCompile(`\d`)
	for _, kind := range phoneKinds() {
		for _, lang := range text.Languages {
			l, err := WritePhone(toPhone(kind, lang, api.ChannelVoice), phoneHost, start)
			if err != nil {
				t.Fatalf("%s %s: %v", kind, lang, err)
			}
			p := text.For(lang)
			half := slices.Index(l.Speech, p.T("phone.voice.again"))
			if half < 1 || len(l.Speech) != 2*half+2 || !slices.Equal(l.Speech[:half], l.Speech[half+1:2*half+1]) {
				t.Errorf("%s %s: not said twice: %q", kind, lang, l.Speech)
			}
			if strings.ContainsAny(l.Text, "<{") || !strings.Contains(l.Prompt, "1") {
				t.Errorf("%s %s: %s", kind, lang, l.Text)
			}
			if strings.Contains(l.Text, "LAPTOP") || digits.MatchString(strings.Join(l.Speech, "")) {
				t.Errorf("%s %s: a name or a figure is read aloud: %q", kind, lang, l.Speech)
			}
			if l.Code == "" {
				continue
			}
			var said []string
			for _, d := range l.Code {
				said = append(said, p.T("phone.digit."+string(d)))
			}
			i := slices.Index(l.Speech, said[0])
			if i < 0 || !slices.Equal(l.Speech[i:i+6], said) {
				t.Errorf("%s %s: the code is not said digit by digit: %q", kind, lang, l.Speech)
			}
		}
	}
}

func TestPhoneMessagesThatCannotBeWritten(t *testing.T) {
	for name, change := range map[string]func(*server.Message){
		"by mail":        func(m *server.Message) { m.Channel = api.ChannelEmail },
		"no code":        func(m *server.Message) { m.Code = "" },
		"no life":        func(m *server.Message) { m.Life = 0 },
		"unknown kind":   func(m *server.Message) { m.Kind = "code.else" },
		"code in notice": func(m *server.Message) { m.Kind = server.NoticeLocked },
	} {
		m := toPhone(server.MessageEnrol, "en", api.ChannelSMS)
		change(&m)
		if l, err := WritePhone(m, phoneHost, start); err == nil {
			t.Errorf("%s: %s", name, l.Text)
		}
	}
}

func TestPhoneDetailsHideNumbersAndCodes(t *testing.T) {
	l := Letter{To: "+84901234567", Code: "482362"}
	for in, want := range map[string]string{
		"400, error 21211: The 'To' number +84901234567 is not a valid phone number": "400, error 21211: The 'To' number (hidden) is not a valid phone number",
		"to 84901234567 or (090) 123-4567":                                           "to (hidden) or (hidden)",
		"code 482362 seen, 482-362 too":                                              "code (hidden) seen, (hidden) too",
		"error 30003":                                                                "error 30003",
		"two\r\nlines \u0444":                                                        "two lines",
	} {
		if got := phoneDetail(in, l); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
