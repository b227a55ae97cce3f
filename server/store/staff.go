package store

import "github.com/seed-1feef0b2/holdfast/server"

var (
	staffUsers    = newTable("staff_users", "id", "name", "role", "state", "password", "totp", "totp_step", "link", "link_until", "created", "seen")
	staffSessions = newTable("staff_sessions", "id", "user_id", "created", "seen", "proved")
)

func staffValues(u server.StaffUser) []any {
	return []any{
		u.ID, u.Name, string(u.Role), u.State, u.Password, blob(u.TOTP), u.TOTPStep, blob(u.Link), u.LinkUntil, u.Created, u.Seen,
	}
}

func scanStaff(r scanner) (u server.StaffUser, err error) {
	err = r.Scan(&u.ID, &u.Name, &u.Role, &u.State, &u.Password, &u.TOTP, &u.TOTPStep, &u.Link, &u.LinkUntil, &u.Created, &u.Seen)
	return u, err
}

func (t *tx) AddStaffUser(u server.StaffUser) error {
	return t.exec(staffUsers.insert, staffValues(u)...)
}

func (t *tx) SaveStaffUser(u server.StaffUser) error {
	return t.change(staffUsers.update, staffValues(u)...)
}

func (t *tx) StaffUser(id string) (server.StaffUser, error) {
	return one(t, scanStaff, staffUsers.selected+"WHERE id = $1", id)
}

func (t *tx) StaffUserByName(name string) (server.StaffUser, error) {
	return one(t, scanStaff, staffUsers.selected+"WHERE name = $1 AND state <> 'removed'", name)
}

func (t *tx) StaffUserByLink(link []byte) (server.StaffUser, error) {
	return one(t, scanStaff, staffUsers.selected+"WHERE link = $1 AND length(link) > 0", link)
}

func (t *tx) StaffUsers() ([]server.StaffUser, error) {
	return all(t, scanStaff, staffUsers.selected+"WHERE state <> 'removed' ORDER BY name")
}

func (t *tx) AddStaffSession(s server.StaffSession) error {
	return t.exec(staffSessions.insert, s.ID, s.User, s.Created, s.Seen, s.Proved)
}

func (t *tx) SaveStaffSession(s server.StaffSession) error {
	return t.change(staffSessions.update, s.ID, s.User, s.Created, s.Seen, s.Proved)
}

func (t *tx) StaffSession(id []byte) (server.StaffSession, error) {
	return one(t, func(r scanner) (s server.StaffSession, err error) {
		err = r.Scan(&s.ID, &s.User, &s.Created, &s.Seen, &s.Proved)
		return s, err
	}, staffSessions.selected+"WHERE id = $1", id)
}

func (t *tx) RemoveStaffSession(id []byte) error {
	return t.exec("DELETE FROM staff_sessions WHERE id = $1", id)
}

func (t *tx) RemoveStaffSessions(user string) error {
	return t.exec("DELETE FROM staff_sessions WHERE user_id = $1", user)
}

func (t *tx) SweepStaffSessions(begun, seen int64) error {
	return t.exec("DELETE FROM staff_sessions WHERE created <= $1 OR seen <= $2", begun, seen)
}

func (t *tx) LapseStaffLinks() error {
	return t.exec("UPDATE staff_users SET link_until = 0 WHERE link_until > 0")
}

func (t *tx) WaitingMessages() ([]server.Waiting, error) {
	return all(t, func(r scanner) (w server.Waiting, err error) {
		err = r.Scan(&w.State, &w.Channel, &w.Count, &w.Oldest)
		return w, err
	}, `SELECT state, channel, COUNT(*), MIN(created) FROM messages WHERE state IN ('queued', 'put-off')
		GROUP BY state, channel ORDER BY state, channel`)
}
