package server

import (
	"context"
	"crypto/hmac"
	"encoding/hex"
	"errors"

	"github.com/seed-1feef0b2/holdfast/api"
)

// returnSize is how many bytes of the keyed hash a mail carries as its mark;
// returnLabel tells that hash from others.
const (
	returnSize  = 16
	returnLabel = "returned mail"
)

// returnMark is what a mail carries in a header, to be found again when the mail
// is returned. Whoever asks for a code sees the Message-ID, but not the mail: only
// a mail server that had the mail, or its reader, can know the mark.
func (s *Service) returnMark(messageID string) string {
	return hex.EncodeToString(s.lastRing().index(returnLabel, messageID)[:returnSize])
}

// marked says whether a mark is that of a mail, under any pepper that is still
// there: a mail that went out before the pepper was changed comes back with the
// mark that it was given then.
func (w *work) marked(messageID, mark string) bool {
	ours := false
	for _, sum := range w.indexes(returnLabel, messageID) {
		ours = hmac.Equal([]byte(mark), []byte(hex.EncodeToString(sum[:returnSize]))) || ours
	}
	return ours && messageID != ""
}

// MessageReturned takes in that a mail came back for good, as a mail in the
// mailbox for returned mail says. Anybody can write to that mailbox, so the mark
// must be that of the Message-ID; with another one nothing happens, and it says
// false. Mail returned after the pepper that it was marked under was retired is
// not recognised either.
func (s *Service) MessageReturned(ctx context.Context, messageID, mark, detail string) (bool, error) {
	if messageID == "" || mark == "" {
		return false, nil
	}
	err := s.MessageReported(ctx, Report{
		MessageID: messageID, Mark: mark, Channel: api.ChannelEmail, State: api.DeliveryBounced, Detail: detail,
	})
	if errors.Is(err, ErrMark) {
		return false, nil
	}
	return err == nil, err
}
