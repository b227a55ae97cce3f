package store

import "github.com/seed-1feef0b2/holdfast/server"

func (t *tx) AddCountrySends(c server.CountrySends) error {
	return t.exec(`INSERT INTO country_sends (country, part, hour, sent, verified) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (country, part, hour) DO UPDATE SET sent = country_sends.sent + excluded.sent,
		verified = country_sends.verified + excluded.verified`, c.Country, c.Part, c.Hour, c.Sent, c.Verified)
}

func (t *tx) CountrySends(country string, hour int64) ([]server.CountrySends, error) {
	return all(t, scanCountrySends, "SELECT country, part, hour, sent, verified FROM country_sends "+
		"WHERE country = $1 AND hour >= $2 ORDER BY hour, part", country, hour)
}

func scanCountrySends(r scanner) (c server.CountrySends, err error) {
	err = r.Scan(&c.Country, &c.Part, &c.Hour, &c.Sent, &c.Verified)
	return c, err
}
