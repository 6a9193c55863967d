# Where the service manager's files go; a part of the Makefile.

LIBDIR = $(DESTDIR)$(PREFIX)/lib
UNITS = $(wildcard systemd/*.service)
USER_UNITS = $(wildcard systemd/user/*.service)

# The programs are where PREFIX says.
install-units:
	install -d $(addprefix $(LIBDIR)/,systemd/system systemd/user sysusers.d tmpfiles.d)
	for u in $(UNITS); do sed 's|/usr/local/|$(PREFIX)/|' $$u \
		>$(LIBDIR)/systemd/system/$${u##*/} || exit 1; done
	for u in $(USER_UNITS); do sed 's|/usr/local/|$(PREFIX)/|' $$u \
		>$(LIBDIR)/systemd/user/$${u##*/} || exit 1; done
	install -m 644 systemd/headroom.sysusers.conf $(LIBDIR)/sysusers.d/headroom.conf
	install -m 644 systemd/headroom.tmpfiles.conf $(LIBDIR)/tmpfiles.d/headroom.conf

uninstall-units:
	rm -f $(addprefix $(LIBDIR)/systemd/system/,$(notdir $(UNITS))) \
		$(addprefix $(LIBDIR)/systemd/user/,$(notdir $(USER_UNITS))) \
		$(LIBDIR)/sysusers.d/headroom.conf $(LIBDIR)/tmpfiles.d/headroom.conf
.PHONY: install-units uninstall-units
