package httpapi

import (
	"bytes"
	"errors"
	"io"
	"reflect"

	"github.com/go-json-experiment/json/jsontext"
)

// What ends a reading.
var (
	errMalformed = errors.New("not JSON, or a value of another type")
	errField     = errors.New("a field that is unknown or there twice")
)

// reading is one body on its way into a value.
type reading struct {
	json    jsontext.Decoder
	body    bytes.Buffer
	scratch []byte
	// What was noted.
	unclean  bool // a text that cleanText refuses
	null     bool // null where a value belongs
	excluded bool // a value that its schema does not allow
}

// begin makes it ready for a body. Names that are there twice are found by the shapes.
func (r *reading) begin(body []byte) {
	r.body = *bytes.NewBuffer(body)
	r.json.Reset(&r.body, jsontext.AllowDuplicateNames(true))
	clear(r.scratch[:cap(r.scratch)])
	r.unclean, r.null, r.excluded = false, false, false
}

// value reads the next value, whatever it is.
func (r *reading) value(s shape, nullable bool, v reflect.Value) error {
	if kind := r.json.PeekKind(); kind != 'n' {
		return s.read(r, kind, v)
	}
	if _, err := r.json.ReadToken(); err != nil {
		return errMalformed
	}
	v.SetZero()
	r.null = r.null || !nullable
	return nil
}

// other says what ends a reading where a value of another kind than the wanted one comes.
// A name that is there twice within it counts first, as one before it does.
func (r *reading) other(kind jsontext.Kind) error {
	if kind != '{' && kind != '[' {
		return errMalformed
	}
	rest := bytes.TrimLeft(r.json.UnreadBuffer(), " \t\r\n:,")
	_, err := jsontext.NewDecoder(bytes.NewBuffer(rest)).ReadValue()
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return errField
	}
	return errMalformed
}

// end wants nothing but white space.
func (r *reading) end() error {
	if _, err := r.json.ReadToken(); err != io.EOF { //nolint:errorlint // the decoder gives it bare
		return errMalformed
	}
	return nil
}

// unquote gives the text of a JSON string, until the next reading, and whether it is all
// of printable ASCII.
func (r *reading) unquote(raw []byte) (text []byte, printable bool, err error) {
	printable = true
	for _, c := range raw[1 : len(raw)-1] {
		if c == '\\' || c > '~' {
			printable = false
			break
		}
	}
	if printable {
		return raw[1 : len(raw)-1], true, nil // JSON has no control characters but escaped
	}
	r.scratch, err = jsontext.AppendUnquote(r.scratch[:0], raw)
	return r.scratch, false, err
}
