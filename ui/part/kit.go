package part

// Kit keeps what can be pressed or typed into, by name, so that a screen that
// is built anew from a view leaves the keyboard where it was.
type Kit struct {
	buttons  map[string]*Button
	links    map[string]*Link
	rows     map[string]*Row
	segments map[string]*Segment
}

// NewKit makes an empty kit, for one screen.
func NewKit() *Kit {
	return &Kit{buttons: map[string]*Button{}, links: map[string]*Link{}, rows: map[string]*Row{}, segments: map[string]*Segment{}}
}

// Button is the button of a name, with its text and what it does as of now.
func (k *Kit) Button(name string, kind ButtonKind, text string, tapped func()) *Button {
	b, ok := k.buttons[name]
	if !ok {
		b = NewButton(kind, text, tapped)
		k.buttons[name] = b
	}
	b.OnTapped = tapped
	b.SetText(text)
	return b
}

// Link is the link of a name, likewise.
func (k *Kit) Link(name, icon, text string, tapped func()) *Link {
	l, ok := k.links[name]
	if !ok {
		l = NewLink(icon, text, tapped)
		k.links[name] = l
	}
	l.OnTapped = tapped
	l.SetText(text)
	return l
}

// Row is the row of a name, made anew only when what it says has changed.
func (k *Kit) Row(name, icon, title, caption, arrow string, tapped func()) *Row {
	r, ok := k.rows[name]
	if !ok || r.name.Text != title || (r.arrow == nil) != (arrow == "") {
		r = NewRow(icon, title, caption, arrow, tapped)
		k.rows[name] = r
	}
	r.OnTapped = tapped
	r.say(caption, icon, arrow)
	return r
}

// say changes a row's caption and signs in place.
func (r *Row) say(caption, icon, arrow string) {
	if r.caption.Text == caption && (r.sign == nil || r.sign.name == icon) && (r.arrow == nil || r.arrow.name == arrow) {
		return
	}
	r.caption.Text = caption
	if r.sign != nil {
		r.sign.name = icon
	}
	if r.arrow != nil {
		r.arrow.name = arrow
	}
	r.Refresh()
}
