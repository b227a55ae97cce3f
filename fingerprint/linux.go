package fingerprint

// linuxProbes are the Linux reader, anchors first. All of it reads through the
// source, so it runs on every system over a recorded Linux computer.
var linuxProbes = []probe{
	readInstallID,
	readBoard,
	readBootDisk,
	readNetworkCards,
	readMemoryModules,
	readHypervisor,
	readRootFS,
	readModels,
	readFirmware,
	readSecureBoot,
	readTPM,
	readDisks,
	readRelease,
	readKernel,
	readCPU,
	readMemory,
	readGPUs,
	readPCI,
	readGPUDriver,
	readModules,
	readPackages,
	readAgents,
}

// dmi is where the kernel shows the firmware's tables field by field.
const dmi = "/sys/class/dmi/id/"
