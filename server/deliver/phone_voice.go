package deliver

import (
	"strings"
)

// spoken are the languages as those who speak texts aloud name them (BCP 47).
func spoken(lang string) string {
	switch lang {
	case "vi":
		return "vi-VN"
	case "ru":
		return "ru-RU"
	default:
		return "en-GB"
	}
}

// speak fills in what a call says: the prompt, and the whole message twice.
// Nothing in it was chosen by whoever asked for the code.
func (w *writer) speak(l *Letter) {
	var once []string
	if l.Code == "" {
		l.Prompt = w.say("phone.voice.prompt-notice", nil)
		once = []string{w.say("phone."+l.Kind, nil)}
	} else {
		l.Prompt = w.say("phone.voice.prompt", nil)
		once = append([]string{w.say("phone.voice."+l.Kind, nil), w.say("phone.voice.code", nil)}, w.digits(l.Code)...)
		once = append(once, w.say("phone.voice.nobody-asks", nil))
	}
	l.Speech = append(append([]string{}, once...), w.say("phone.voice.again", nil))
	l.Speech = append(append(l.Speech, once...), w.say("phone.voice.bye", nil))
	l.Text = l.Prompt + "\n\n" + strings.Join(l.Speech, "\n") + "\n"
}

// digits are the digits of a code as words, one by one.
func (w *writer) digits(code string) []string {
	var out []string
	for _, d := range code {
		out = append(out, w.say("phone.digit."+string(d), nil))
	}
	return out
}
