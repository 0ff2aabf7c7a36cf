#!/usr/bin/env bash
# Hangfire.NetCore 1.8.25: of two hosts in one process, the one that still runs can't make a job once the other one has ended.
#
# What one would expect: AddHangfire registers what a host needs in that host's container, and a host that ends takes its own things along.
#
# What happens: the first resolution of Hangfire's configuration puts that host's ILoggerFactory into a static log provider, for the process. Filter attributes of job types
# ([AutomaticRetry] is one) ask it for a logger when they are first looked at, which is when a job of that type is first made. If the host that came last has ended by then,
# the factory is disposed, and Enqueue of the other host throws BackgroundJobClientException around an ObjectDisposedException of 'LoggerFactory'. A type whose attributes were
# looked at before is not concerned, so it depends on what ran first in the process.
#
# What it means: suites that start several hosts (WebApplicationFactory does) have jobs that cannot be made, by order of tests; so have processes that rebuild a host in place,
# as on a change of configuration. UseLogProvider in AddHangfire's own action takes a provider that survives: one that hands out a silent logger when its factory is disposed.
#
# Versions: Hangfire.NetCore and Hangfire.Core 1.8.25, Hangfire.InMemory 1.0.0, Microsoft.Extensions.Hosting 10.0.0. Needs the .NET 10 SDK.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > hosts.cs <<'CS'
#:package Hangfire.NetCore@1.8.25
#:package Hangfire.InMemory@1.0.0
#:package Microsoft.Extensions.Hosting@10.0.0
#:property PublishAot=false
using Hangfire;
using Hangfire.InMemory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var first = Make();
Console.WriteLine($"one host: {Enqueue<Before>(first)}");
var second = Make();
Console.WriteLine($"the other one of two: {Enqueue<Beside>(second)}");
second.Dispose();
var known = Enqueue<Before>(first);
var unknown = Enqueue<After>(first);
Console.WriteLine($"after it has ended, a type that was seen before: {known}");
Console.WriteLine($"after it has ended, a type that was not: {unknown}");
return known == "made" && unknown == "BackgroundJobClientException of ObjectDisposedException" ? 0 : 1;

static IHost Make()
{
    var builder = Host.CreateApplicationBuilder();
    builder.Services.AddHangfire(hangfire => hangfire.UseInMemoryStorage());
    return builder.Build();
}

static string Enqueue<T>(IHost host)
    where T : IWork
{
    try
    {
        host.Services.GetRequiredService<IBackgroundJobClient>().Enqueue<T>(work => work.Run());
        return "made";
    }
    catch (Exception e)
    {
        return $"{e.GetType().Name} of {e.InnerException?.GetType().Name}";
    }
}

public interface IWork
{
    void Run();
}

[AutomaticRetry(Attempts = 0)]
public sealed class Before : IWork
{
    public void Run() { }
}

[AutomaticRetry(Attempts = 0)]
public sealed class Beside : IWork
{
    public void Run() { }
}

[AutomaticRetry(Attempts = 0)]
public sealed class After : IWork
{
    public void Run() { }
}
CS
dotnet run hosts.cs || { echo "changed: the host that still runs makes its jobs"; exit 1; }
echo "as described: the log of a host that has ended fails the jobs of another"
# seen on 2026-11-30:
#   one host: made
#   the other one of two: made
#   after it has ended, a type that was seen before: made
#   after it has ended, a type that was not: BackgroundJobClientException of ObjectDisposedException
