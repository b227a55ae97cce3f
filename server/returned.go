package server

import (
	"context"
	"crypto/hmac"
	"encoding/hex"

	"github.com/seed-1feef0b2/holdfast/api"
)

// returnSize is how many bytes of the keyed hash a mail carries as its mark.
const returnSize = 16

// returnMark is what a mail carries in a header, to be found again when the mail
// is returned. Whoever asks for a code sees the Message-ID, but not the mail: only
// a mail server that had the mail, or its reader, can know the mark.
func (s *Service) returnMark(messageID string) string {
	return hex.EncodeToString(s.lastRing().index("returned mail", messageID)[:returnSize])
}

// MessageReturned takes in that a mail came back for good, as a mail in the
// mailbox for returned mail says. Anybody can write to that mailbox, so the mark
// must be that of the Message-ID; with another one nothing happens, and it says
// false. Mail returned after the keys of the blind indexes were replaced is not
// recognised either.
func (s *Service) MessageReturned(ctx context.Context, messageID, mark, detail string) (bool, error) {
	if messageID == "" || !hmac.Equal([]byte(mark), []byte(s.returnMark(messageID))) {
		return false, nil
	}
	return true, s.MessageReported(ctx, Report{MessageID: messageID, State: api.DeliveryBounced, Detail: detail})
}
