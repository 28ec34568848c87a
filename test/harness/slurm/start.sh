#!/bin/bash
# Starts a private Slurm on 127.0.0.1: a controller and some nodes of one CPU each, without accounting,
# cgroups, or anything under /etc. Usage: start.sh FOLDER NODES PORT; then SLURM_CONF=FOLDER/slurm.conf.
set -euo pipefail
folder=$(mkdir -p "$1" && cd "$1" && pwd)
nodes=$2
base=$3
host=$(hostname -s)
mkdir -p "$folder"/{munge,ctld,spool,log}
chmod 700 "$folder/munge"
chmod 755 "$folder"

# Munge proves who sends a message. Its own key and socket, so that the system's is left alone.
head -c 1024 /dev/urandom >"$folder/munge/key"
chmod 400 "$folder/munge/key"
munged --force --socket="$folder/munge/socket" --key-file="$folder/munge/key" --pid-file="$folder/munge/pid" \
  --log-file="$folder/munge/log" --seed-file="$folder/munge/seed"

cat >"$folder/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$base
SlurmUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation=$folder/ctld
SlurmdSpoolDir=$folder/spool/%n
SlurmctldPidFile=$folder/ctld/pid
SlurmdPidFile=$folder/spool/%n.pid
SlurmctldLogFile=$folder/log/ctld
SlurmdLogFile=$folder/log/%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,bf_interval=1
ReturnToService=2
SlurmctldTimeout=30
SlurmdTimeout=30
KillWait=5
MinJobAge=3600
MaxArraySize=1001
CONF
for ((node = 1; node <= nodes; node++)); do
  echo "NodeName=n$node NodeHostname=$host NodeAddr=127.0.0.1 Port=$((base + node)) CPUs=1 RealMemory=1000" >>"$folder/slurm.conf"
done
echo "PartitionName=main Nodes=n[1-$nodes] Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO" >>"$folder/slurm.conf"
echo "CgroupPlugin=cgroup/v1" >"$folder/cgroup.conf"

export SLURM_CONF=$folder/slurm.conf
slurmctld -c
for ((node = 1; node <= nodes; node++)); do
  mkdir -p "$folder/spool/n$node"
  slurmd -N "n$node"
done
for ((wait = 0; wait < 120; wait++)); do
  [ "$(sinfo --noheader --states=idle --format=%D 2>/dev/null | head -n1)" = "$nodes" ] && exit 0
  sleep 0.25
done
tail -n 20 "$folder"/log/* >&2
exit 1
