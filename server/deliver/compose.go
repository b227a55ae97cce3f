package deliver

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
)

// changesMost is how many changes a message lists before it only counts them.
const changesMost = 12

// body is a message in sentences, before it becomes plain text or HTML.
type body struct {
	Language string
	Subject  string
	Code     string
	// First is the sentence with the code, What says what the message is about;
	// Changes are listed under ChangesHead; Rules, Facts and NotMe follow.
	First       string
	What        []string
	ChangesHead string
	Changes     []string
	Rules       []string
	Facts       []string
	NotMe       string
	// Link leads to a page that only shuts things out, LinkSays says so and
	// LinkName is what it is called; all empty in messages without one.
	Link, LinkSays, LinkName string
	Foot                     []string
}

// writer says sentences and remembers the first one that could not be said.
type writer struct {
	*text.Printer
	err error
}

// say looks a sentence up; a field without a value is an error, never a gap.
func (w *writer) say(key string, data text.Data) string {
	for name, v := range data {
		if v == "" {
			w.fail(fmt.Errorf("deliver: %s: the field %s is empty", key, name))
		}
	}
	s, err := w.Try(key, data)
	if err != nil {
		w.fail(fmt.Errorf("deliver: %w", err))
	}
	return s
}

// fill says a sentence with one field.
func (w *writer) fill(key, field, value string) string {
	if value == "" {
		w.fail(fmt.Errorf("deliver: %s: the field %s is empty", key, field))
	}
	s, err := w.Fill(key, field, value)
	if err != nil {
		w.fail(fmt.Errorf("deliver: %w", err))
	}
	return s
}

func (w *writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// compose writes the message of one kind. Sender is the address it comes from,
// empty where there is none to trust.
func compose(m *server.Message, sender string) (*body, error) {
	kind, ok := kinds[m.Kind]
	if !ok {
		return nil, fmt.Errorf("deliver: no texts for messages of kind %q", m.Kind)
	}
	if kind.code != (m.Code != "") {
		return nil, fmt.Errorf("deliver: a message of kind %s with a code: %t", m.Kind, m.Code != "")
	}
	w := &writer{Printer: text.For(m.Language)}
	reference := referenceOf(m)
	b := &body{Language: w.Language(), Subject: w.fill(subjectKey(m.Kind), "Reference", reference)}
	device := cleanName(m.Device)
	if kind.code {
		w.code(b, m)
	}
	w.what(b, m, kind, device)
	w.facts(b, m, kind, device, reference)
	b.NotMe = w.say("mail."+m.Kind+".not-me", nil)
	w.link(b, m)
	if sender != "" {
		b.Foot = append(b.Foot, w.fill("mail.sender", "Sender", sender))
	}
	return b, w.err
}

// link adds the one link that a message may have, and says what a link of ours
// never does.
func (w *writer) link(b *body, m *server.Message) {
	if m.Link == "" {
		b.Foot = []string{w.say("mail.foot", nil)}
		return
	}
	if u, err := url.Parse(m.Link); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		w.fail(errors.New("deliver: a link that is no address of a page"))
	}
	b.Link, b.LinkSays, b.LinkName = m.Link, w.say("mail.not-me.link", nil), w.say("mail.not-me.name", nil)
	b.Foot = []string{w.say("mail.foot.link", nil)}
}

// referenceOf is the challenge's reference, and for a notice without one the
// beginning of its Message-ID: an operator finds either. Six digits would look like a
// code, to people and to phones that fill codes in, so the first six characters in a
// row are taken that have a letter among them.
func referenceOf(m *server.Message) string {
	if m.Reference != "" || m.Code != "" || len(m.MessageID) < noticeReference {
		return m.Reference
	}
	from := 0
	for from+noticeReference < len(m.MessageID) && strings.Trim(m.MessageID[from:from+noticeReference], "0123456789") == "" {
		from++
	}
	return strings.ToUpper(m.MessageID[from : from+noticeReference])
}

// noticeReference is how many characters of a Message-ID a notice shows.
const noticeReference = 6

// code says the code first, how long it works, and that nobody asks for it.
func (w *writer) code(b *body, m *server.Message) {
	b.Code = code.Group(m.Code)
	b.First = w.fill("mail.code.first", "Code", b.Code)
	minutes := int(m.Life / time.Minute)
	if minutes < 1 {
		w.fail(fmt.Errorf("deliver: a code that works for %s", m.Life))
	}
	b.Rules = []string{
		w.say("mail.code.minutes", text.Data{"Count": minutes}),
		w.say("mail.code.only-there", nil),
		w.say("mail.code.nobody-asks", nil),
	}
}

// what says which computer the message is about and what happened.
func (w *writer) what(b *body, m *server.Message, kind kindTexts, device string) {
	key := "mail." + m.Kind + ".what"
	switch {
	case kind.named && device != "":
		b.What = append(b.What, w.fill(key, "Device", device))
	case kind.named:
		b.What = append(b.What, w.say(key+".unnamed", nil))
	default:
		b.What = append(b.What, w.say(key, nil))
	}
	w.announced(b, m)
	w.elsewhere(b, m)
	if p := "mail.policy." + m.Data["Policy"]; m.Kind == server.NoticePolicy && w.Has(p) {
		b.What = append(b.What, w.say(p, nil))
	}
	if p := "mail.key." + m.Data["Key"]; w.Has(p) {
		b.What = append(b.What, w.say(p, nil))
	}
	if kind.changes && len(m.Changes) > 0 {
		b.ChangesHead = w.say("mail.changes", nil)
		b.Changes = w.changes(m.Changes)
	}
}

// announced says what is going to change and for how long it may.
func (w *writer) announced(b *body, m *server.Message) {
	if m.Kind != server.MessageAnnounce && m.Kind != server.NoticeAnnounced {
		return
	}
	var groups []string
	for _, g := range strings.Split(m.Data["Groups"], ",") {
		if key := "group." + g; w.Has(key) {
			groups = append(groups, w.say(key, nil))
		}
	}
	if len(groups) > 0 {
		b.What = append(b.What, w.fill("mail.announce.groups", "Groups", strings.Join(groups, ", ")))
	}
	if hours, err := strconv.Atoi(m.Data["Hours"]); err == nil {
		b.What = append(b.What, w.say("mail.announce.hours", text.Data{"Count": hours}))
	}
	if until := w.moment(m.Data["Until"]); until != "" && m.Kind == server.NoticeAnnounced {
		b.What = append(b.What, w.fill("mail.announce.until", "Until", until))
	}
}

// changes says each change in words, as the window does.
func (w *writer) changes(changes []api.Change) []string {
	var out []string
	for i, c := range changes {
		if i == changesMost {
			return append(out, w.say("mail.changes.more", text.Data{"Count": len(changes) - changesMost}))
		}
		out = append(out, w.change(c))
	}
	return out
}

func (w *writer) change(c api.Change) string {
	count := max(c.Count, 1)
	if key := "drift." + c.Kind + "." + c.Change + ".plain"; w.Has(key) {
		return w.say(key, text.Data{"Count": count})
	}
	name := "drift.kind." + c.Kind
	if !w.Has(name) {
		name = "drift.kind.other"
	}
	key := "drift.change." + c.Change + ".plain"
	if !w.Has(key) {
		key = "drift.change." + api.Changed + ".plain"
	}
	return w.say(key, text.Data{"Kind": w.say(name, nil), "Count": count})
}

// facts lists what identifies the event; what is not known is left out whole.
func (w *writer) facts(b *body, m *server.Message, kind kindTexts, device, reference string) {
	add := func(key, field, value string) {
		if value != "" {
			b.Facts = append(b.Facts, w.fill(key, field, value))
		}
	}
	if !kind.named {
		add("mail.fact.device", "Device", device)
	}
	add("mail.fact.time", "Time", w.clock(m))
	add("mail.fact.place", "Place", cleanPlace(m.Place))
	add("mail.fact.reference", "Reference", reference)
	if code.ValidAccount(m.Account) {
		add("mail.fact.account", "Account", code.GroupAccount(m.Account))
	}
}

// clock writes when it happened as the language writes a date, in UTC.
func (w *writer) clock(m *server.Message) string {
	at, err := time.Parse(time.RFC3339, m.Data["Time"])
	if err != nil {
		at = m.Created
	}
	return w.date(at)
}

// moment writes a time of the server's in the same way; empty where it is none.
func (w *writer) moment(stamp string) string {
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return ""
	}
	return w.date(at)
}

func (w *writer) date(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	layout := "2 January 2006 15:04 UTC"
	switch w.Language() {
	case "vi":
		layout = "15:04 02/01/2006 UTC"
	case "ru":
		layout = "02.01.2006 15:04 UTC"
	}
	return at.UTC().Format(layout)
}

// Subject is the subject line of messages of a kind: always the same words, so
// that people can search for them, and the reference, never the code. It is also
// what the window tells people to look for.
func Subject(kind, language, reference string) string {
	return text.For(language).T(subjectKey(kind), text.Data{"Reference": reference})
}

func subjectKey(kind string) string {
	if strings.HasPrefix(kind, server.MessageCodePrefix) {
		return "mail.subject.code"
	}
	return "mail." + kind + ".subject"
}
