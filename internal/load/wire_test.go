package load

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"time"

	"github.com/seed-1feef0b2/holdfast/api/sign"
)

// wire is one kept connection to the server, with as little between as can be:
// the clients share the machine with what they measure.
type wire struct {
	authority string
	conn      net.Conn
	in        *bufio.Reader
	out       bytes.Buffer
	body      []byte
}

func dial(authority string) (*wire, error) {
	c, err := net.Dial("tcp", authority)
	if err != nil {
		return nil, err
	}
	return &wire{authority: authority, conn: c, in: bufio.NewReaderSize(c, 32<<10)}, nil
}

// post signs and sends one write and gives the body of a reply of status 200.
func (w *wire) post(path string, body []byte, s sign.Signer) ([]byte, error) {
	var nonce, key [16]byte
	for i := range nonce {
		nonce[i], key[i] = byte(rand.Uint32()), byte(rand.Uint32())
	}
	sum := sha256.Sum256(body)
	digest := "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
	idempotency := hex.EncodeToString(key[:])
	params := fmt.Sprintf(`("@method" "@authority" "@path" "@query" "content-type" "content-digest" "idempotency-key");created=%d;nonce="%s";keyid="%s";alg="ecdsa-p256-sha256";tag="%s"`,
		time.Now().Unix(), base64.RawURLEncoding.EncodeToString(nonce[:]), s.KeyID(), sign.Tag)
	sig, err := s.Sign([]byte("\"@method\": POST\n\"@authority\": " + w.authority + "\n\"@path\": " + path +
		"\n\"@query\": ?\n\"content-type\": application/json\n\"content-digest\": " + digest +
		"\n\"idempotency-key\": " + idempotency + "\n\"@signature-params\": " + params))
	if err != nil {
		return nil, err
	}
	w.out.Reset()
	fmt.Fprintf(&w.out, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"+
		"Content-Digest: %s\r\nIdempotency-Key: %s\r\nSignature-Input: hf=%s\r\nSignature: hf=:%s:\r\n\r\n",
		path, w.authority, len(body), digest, idempotency, params, base64.StdEncoding.EncodeToString(sig))
	w.out.Write(body)
	if _, err := w.conn.Write(w.out.Bytes()); err != nil {
		return nil, err
	}
	return w.reply()
}

var errReply = errors.New("load: not a reply that the server gives")

func (w *wire) reply() ([]byte, error) {
	line, err := w.in.ReadSlice('\n')
	if err != nil || len(line) < 12 {
		return nil, errors.Join(errReply, err)
	}
	status, length := string(line[9:12]), -1
	for {
		line, err := w.in.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		if len(line) == 2 {
			break
		}
		if name, value, ok := bytes.Cut(line, []byte(": ")); ok && string(name) == "Content-Length" {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return nil, err
			}
		}
	}
	if length < 0 {
		return w.chunked(status)
	}
	w.body = append(w.body[:0], make([]byte, length)...)
	if _, err := io.ReadFull(w.in, w.body); err != nil {
		return nil, err
	}
	return w.judge(status, w.body)
}

// chunked reads a long reply, whose length the server does not know beforehand.
func (w *wire) chunked(status string) ([]byte, error) {
	w.body = w.body[:0]
	for {
		line, err := w.in.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 32)
		if err != nil {
			return nil, err
		}
		at := len(w.body)
		w.body = append(w.body, make([]byte, n+2)...)
		if _, err := io.ReadFull(w.in, w.body[at:]); err != nil {
			return nil, err
		}
		w.body = w.body[:at+int(n)]
		if n == 0 {
			return w.judge(status, w.body)
		}
	}
}

func (w *wire) judge(status string, body []byte) ([]byte, error) {
	if status != "200" {
		return nil, fmt.Errorf("%w: %s %s", errReply, status, body)
	}
	return body, nil
}
