#!/usr/bin/env bash
# Confluent.Kafka 2.16 on Debian: with librdkafka-dev installed (to build any other Kafka client) a .NET program runs on Debian's librdkafka 2.0.2 and not on the one
# that NuGet restored beside it. Nothing is logged.
#
# What one would expect: the NuGet package brings librdkafka for every platform, so the release is the one in the lock file, on each machine. A release that does not fit
# would be refused at start, as a managed assembly of another version is.
#
# What happens: the package has several builds for linux-x64. The first that is tried needs libsasl2.so.3, and Debian's Cyrus SASL is libsasl2.so.2, so it cannot be
# loaded. The runtime then goes on to the system's own search, and there the link librdkafka.so, which librdkafka-dev brings, answers to the same name. The package's
# second build, which needs no SASL and works here, is never tried. One function is called to see whether the library works; nobody asks for its version.
# Settings that came later are refused as unknown ones, and functions that came later are missing when they are called, which in a consumer's own thread ends the process.
#
# What it means: the same image works or not by what else was installed. Log Library.VersionString at start and hold it against the package's version; with
# NativeLibrary.SetDllImportResolver on Confluent.Kafka's assembly, set before its first use, the packaged file is taken by its full path. Library.Load(path) is no way
# out: it calls dlopen in libdl.so, a name that glibc has had no file for since 2.34.
#
# Versions: Confluent.Kafka 2.16.0 (librdkafka.redist 2.16.0), librdkafka1 2.0.2-1 of Debian 12 (amd64). Needs the .NET 10 SDK and apt; installs nothing.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > release.cs <<'CS'
#:package Confluent.Kafka@2.16.0
#:property PublishAot=false
using System.Runtime.InteropServices;
using Confluent.Kafka;

if (args is ["pinned"])
{
    var own = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "centos8-librdkafka.so");
    NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, (name, _, _) => name.Contains("librdkafka") ? NativeLibrary.Load(own) : IntPtr.Zero);
}

Console.WriteLine($"librdkafka {Library.VersionString}");
try
{
    var settings = new ConsumerConfig { BootstrapServers = "127.0.0.1:9", GroupId = "g", GroupProtocol = GroupProtocol.Consumer };
    using var consumer = new ConsumerBuilder<string, string>(settings).SetLogHandler((_, _) => { }).Build();
    Console.WriteLine("group.protocol=consumer: taken");
}
catch (InvalidOperationException refused)
{
    Console.WriteLine($"group.protocol=consumer: {refused.Message}");
}
CS
cat > load.cs <<'CS'
#:package Confluent.Kafka@2.16.0
#:property PublishAot=false
using Confluent.Kafka;

try
{
    Library.Load(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "centos8-librdkafka.so"));
    Console.WriteLine("loaded");
}
catch (Exception failure)
{
    Console.WriteLine(failure.GetType().Name);
}
CS
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build release.cs -o built > build.log 2>&1 || { cat build.log; exit 1; }
dotnet build load.cs -o loading > build.log 2>&1 || { cat build.log; exit 1; }

# the two files that 'apt-get install librdkafka-dev' would put into the system's folder, in one of our own
apt-get download librdkafka1=2.0.2-1 > /dev/null
dpkg-deb -x librdkafka1_*.deb debian
system=$(dirname "$(find debian -name 'librdkafka.so.1')")
ln -s librdkafka.so.1 "$system/librdkafka.so"

{
  echo "== as restored"; dotnet built/release.dll
  echo "== with Debian's library on the search path"; LD_LIBRARY_PATH="$folder/$system" dotnet built/release.dll
  echo "== with Debian's, and the package's file by its full path"; LD_LIBRARY_PATH="$folder/$system" dotnet built/release.dll pinned
  echo "== Library.Load"; dotnet loading/load.dll
} > seen.txt
cat seen.txt
diff seen.txt - <<'TXT' && echo "as found"
== as restored
librdkafka 2.16.0
group.protocol=consumer: taken
== with Debian's library on the search path
librdkafka 2.0.2
group.protocol=consumer: No such configuration property: "group.protocol"
== with Debian's, and the package's file by its full path
librdkafka 2.16.0
group.protocol=consumer: taken
== Library.Load
DllNotFoundException
TXT
