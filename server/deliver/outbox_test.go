package deliver

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

func TestOutboxShowsMessagesNewestLast(t *testing.T) {
	var o Outbox
	if list := o.Messages(); list == nil || len(list) != 0 {
		t.Errorf("an empty outbox gives %#v", list)
	}
	for _, kind := range []string{server.MessageRegister, server.NoticeActivated} {
		l, err := Write(full(kind, "en"), "", start)
		if err != nil {
			t.Fatal(err)
		}
		if out := o.Send(t.Context(), l); out.State != api.DeliveryHandedOver || out.Detail == "" {
			t.Errorf("%+v", out)
		}
	}
	raw, err := json.Marshal(o.Messages())
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]any
	if err := json.Unmarshal(raw, &list); err != nil || len(list) != 2 {
		t.Fatal(err, string(raw))
	}
	for _, field := range []string{"to", "channel", "kind", "subject", "text", "reference", "code", "at"} {
		if _, ok := list[0][field]; !ok || len(list[0]) != 8 {
			t.Errorf("fields of %v", list[0])
		}
	}
	if list[0]["code"] != "4HT-M3X-R9W" || list[0]["at"] != "2026-11-22T14:09:00Z" || list[1]["code"] != "" ||
		list[1]["kind"] != server.NoticeActivated {
		t.Errorf("%s", raw)
	}
}

func TestOutboxForgetsTheOldest(t *testing.T) {
	var o Outbox
	for i := range outboxMost + 7 {
		o.Send(t.Context(), Letter{Subject: strconv.Itoa(i)})
	}
	list := o.Messages()
	if len(list) != outboxMost || list[0].Subject != "7" || list[outboxMost-1].Subject != strconv.Itoa(outboxMost+6) {
		t.Errorf("%d messages, from %s", len(list), list[0].Subject)
	}
}
