package deliver

import "github.com/seed-1feef0b2/holdfast/server"

// elsewhere says where codes go from then on, or where one went, with the masked
// address that the window shows too; and of a phone, from when it gets codes.
func (w *writer) elsewhere(b *body, m *server.Message) {
	to := m.Data["Destination"]
	if to == "" {
		return
	}
	key := ""
	switch m.Kind {
	case server.MessageChannel, server.NoticeChannel:
		key = "mail.where." + m.Data["Channel"]
	case server.NoticeCodeSent:
		key = "mail.sent." + m.Data["Channel"]
	case server.NoticePhone:
		key = "mail.phone.number"
	}
	if w.Has(key) {
		b.What = append(b.What, w.fill(key, "Destination", to))
	}
	if until := w.moment(m.Data["Until"]); until != "" && m.Kind == server.NoticePhone {
		b.What = append(b.What, w.fill("mail.phone.until", "Until", until))
	}
}
