package deliver

import "github.com/seed-1feef0b2/holdfast/server"

// kindTexts says which sentences a kind of message has beside mail.KIND.what
// and mail.KIND.not-me.
type kindTexts struct {
	code    bool // carries a code
	named   bool // the what-sentence names the computer; there is one without a name too
	changes bool // lists what changed
}

// kinds holds one entry for every kind that the server can send.
var kinds = map[string]kindTexts{
	server.MessageRegister:    {code: true, named: true},
	server.MessageEnrol:       {code: true, named: true},
	server.MessageChanged:     {code: true, named: true, changes: true},
	server.MessageLocked:      {code: true, named: true, changes: true},
	server.MessageFork:        {code: true, named: true},
	server.MessageChip:        {code: true, named: true, changes: true},
	server.NoticeChip:         {named: true},
	server.NoticeRotated:      {named: true},
	server.MessageAnnounce:    {code: true, named: true},
	server.NoticeAnnounced:    {named: true},
	server.NoticeWindowUsed:   {named: true},
	server.NoticeExists:       {},
	server.NoticeActivated:    {named: true},
	server.NoticeFork:         {named: true},
	server.NoticeWrongDevice:  {named: true},
	server.NoticeLocked:       {named: true},
	server.NoticeRevoked:      {named: true},
	server.NoticePolicy:       {},
	server.NoticeEnrolStopped: {},
	server.MessagePhone:       {code: true, named: true},
	server.MessageChannel:     {code: true, named: true},
	server.MessageEmail:       {code: true, named: true},
	server.NoticeCodeSent:     {named: true},
	server.NoticePhone:        {named: true},
	server.NoticePhoneGone:    {named: true},
	server.NoticeChannel:      {named: true},
	server.NoticeBlocked:      {named: true},
	server.NoticeTest:         {named: true},
}
