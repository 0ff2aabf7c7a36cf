using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Hosting;
using Pioneer.Jobs.Kafka;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>Everything that Pioneer.Jobs registers, on a database file of its own. Started again on the same folder it is the next process.</summary>
internal sealed class JobsHost : IAsyncDisposable
{
    private readonly IHost _host;

    private JobsHost(IHost host) => _host = host;

    public static Task<JobsHost> StartAsync(string folder, KafkaOptions kafka, FakePlatform platform) =>
        StartAsync(folder, kafka, platform.Url, platform.Url);

    public static Task<JobsHost> StartAsync(
        string folder, KafkaOptions kafka, string connectUrl, string ksqlUrl, params (string Key, string Value)[] settings) =>
        StartAsync(folder, kafka, connectUrl, ksqlUrl, _ => { }, settings);

    /// <param name="add">Areas beyond what <c>AddPioneerJobs</c> registers.</param>
    public static async Task<JobsHost> StartAsync(
        string folder, KafkaOptions kafka, string connectUrl, string ksqlUrl, Action<IServiceCollection> add, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Test" });
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data"] = folder,
            ["Kafka:BootstrapServers"] = kafka.BootstrapServers,
            ["Kafka:SecurityProtocol"] = kafka.SecurityProtocol,
            ["Kafka:SaslMechanism"] = kafka.SaslMechanism,
            ["Kafka:Username"] = kafka.Username,
            ["Kafka:Password"] = kafka.Password,
            ["Ksql:Url"] = ksqlUrl,
            ["Ksql:HostUrl"] = ksqlUrl,
            ["Connect:Url"] = connectUrl,
            // a test that runs at that hour would find operations and users that it did not make
            ["Isolation:CheckCron"] = "",
            // and a scan by itself would mend what it has just broken
            ["Jobs:ReconcileCron"] = "0 0 29 2 *",
        });
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value));
        builder.Services.AddPioneerDomain(builder.Configuration);
        builder.Services.AddPioneerJobs(builder.Configuration);
        // what still works when the host gives up writes to a folder that is being deleted
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Patience.Usual);
        add(builder.Services);
        var host = builder.Build();
        try
        {
            await host.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
            await host.StartAsync();
            return new JobsHost(host);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    public T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>A scope that sees all tenants, for what outlives one call.</summary>
    public AsyncServiceScope OpenScope()
    {
        var scope = _host.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<AmbientTenantScope>().Use(TenantScope.All);
        return scope;
    }

    /// <summary>Work in a scope that sees all tenants.</summary>
    public async Task<TResult> InScopeAsync<TService, TResult>(Func<TService, Task<TResult>> work) where TService : notnull
    {
        await using var scope = OpenScope();
        return await work(scope.ServiceProvider.GetRequiredService<TService>());
    }

    public Task<Operation> OperationAsync(OperationId id) => InScopeAsync<PioneerDbContext, Operation>(
        db => db.Operations.AsNoTracking().Include(row => row.Steps).SingleAsync(row => row.Id == id));

    /// <summary>What an operation says while it waits for a part of the platform. It says so between two tries only, so it is not asked twice.</summary>
    public async Task<string> WaitingAsync(OperationId id, string part)
    {
        var waiting = await Wait.ForAsync(
            $"operation {id} waits for {part}", LookAsync,
            seen => seen is { State: OperationState.Queued, Error: { } error } && error.Contains(part, StringComparison.Ordinal), Patience.Long);
        return waiting.Error!;

        async Task<(OperationState State, int Attempt, string? Error)> LookAsync()
        {
            var seen = await OperationAsync(id);
            return (seen.State, seen.Attempt, seen.Error);
        }
    }

    public async Task<Operation> FinishedAsync(OperationId id)
    {
        Operation? operation = null;
        try
        {
            await Wait.UntilAsync(async () =>
            {
                operation = await OperationAsync(id);
                return operation.State is OperationState.Succeeded or OperationState.Failed or OperationState.Cancelled;
            }, Patience.Long);
            return operation!;
        }
        catch (TimeoutException late)
        {
            // where it stands says what it waits for
            var steps = string.Join("; ", operation!.Steps.Select(step => $"{step.Title}: {step.State} {step.Error}"));
            throw new TimeoutException($"{late.Message} {operation.Kind} is {operation.State} at attempt {operation.Attempt}: {operation.Error} [{steps}]", late);
        }
    }

    /// <summary>A command that must be taken, in a scope that sees all tenants; gives what it answered.</summary>
    public async Task<T> DoAsync<TCommand, T>(Func<TCommand, Task<Result<T>>> run) where TCommand : notnull
    {
        var result = await InScopeAsync(run);
        Assert.True(result.IsSuccess, result.Error?.ToString());
        return result.Value;
    }

    /// <summary>Returns when the operation has succeeded; one that did not is told with its steps.</summary>
    public async Task SucceedAsync(OperationId id)
    {
        var done = await FinishedAsync(id);
        Assert.True(done.State == OperationState.Succeeded,
            $"{done.Kind}: {done.Error} [{string.Join("; ", done.Steps.Where(step => step.State != OperationStepState.Succeeded).Select(step => $"{step.Title}: {step.State} {step.Error}"))}]");
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _host.StopAsync();
        }
        finally
        {
            _host.Dispose();
        }
    }
}
