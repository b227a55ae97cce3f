package fingerprint

import "strings"

// inBox are drivers that every Windows brings and that no setup file owns. The
// list only spares reading two hundred files; what it does not know is told by
// its file.
var inBox = func() map[string]bool {
	out := map[string]bool{}
	for name := range strings.FieldsSeq(`
		acpiex afd afunix ahcache applockerfltr bam beep bfs bindflt bowser cdfs cimfs cldflt clfs clipsp cng
		condrv csc dam dfsc dxgkrnl ehstorclass exfat fastfat fileinfo filetrace fltmgr fsdepends fvevol
		gpuenergydrv http hvservice hwpolicy ioqos ipfilterdriver ipnat ksecdd ksecpkg l2bridge lltdio luafv
		mmcss modem mountmgr mpsdrv mrxdav mrxsmb mrxsmb20 msfs mslldp mssecflt msseccore mssecwfp mup
		ndis ndiscap ndiswan ndiswanlegacy ndproxy ndu netbios netbt npfs npsvctrig nsiproxy ntfs null nwifi
		p9rdr pacer partmgr pcw pdc peauth pfnat portcfg pptpminiport psched qwavedrv ramdisk rasacd rasagilevpn
		rasl2tp raspppoe rassstp rdbss rdpdr rdpvideominiport refs refsv1 rfcomm rspndr secdrv sgrmagent srv2
		srvnet storqosflt storsvc tcpip tcpip6 tcpipreg tdx tpmdriver tsfltdrv ucx01000 udecx udfs uevagentdriver
		unionfs usbhub3 vfpext vid vmbusr volmgrx volsnap vwififlt wanarp wanarpv6 wcifs wcnfs wdboot wdf01000
		wdfilter wdnisdrv werkernel wfplwfs wimmount winhvr winmad winnat winnatdriver winquic winverbs ws2ifsl wof`) {
		out[name] = true
	}
	return out
}()
