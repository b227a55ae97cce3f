package web

func (k *call) health() error {
	h, err := k.cfg.Service.StaffHealth(k.r.Context(), k.seat)
	if err != nil {
		return err
	}
	return k.page("health", h)
}

func (k *call) limits() error {
	list, err := k.cfg.Service.StaffLimits(k.r.Context(), k.seat)
	if err != nil {
		return err
	}
	return k.page("limits", list)
}
