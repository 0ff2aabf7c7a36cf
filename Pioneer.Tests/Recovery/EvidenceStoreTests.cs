using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Recovery;
using Pioneer.Tests.Jobs;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>How much evidence is kept, and that what is spare goes.</summary>
public sealed class EvidenceStoreTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();

    private DateTimeOffset Now => _database.Clock.GetUtcNow();

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Thinning_keeps_the_first_round_of_each_old_hour_and_all_of_the_last_day()
    {
        var hour = Now.AddDays(-2);
        await AddAsync([hour, hour.AddMinutes(20), hour.AddMinutes(40), hour.AddMinutes(60), Now.AddHours(-3), Now.AddHours(-3).AddSeconds(15)]);

        await ThinAsync();

        Assert.Equal([hour, hour.AddMinutes(60), Now.AddHours(-3), Now.AddHours(-3).AddSeconds(15)], await LeftAsync());
    }

    [Fact]
    public async Task Thinning_keeps_a_round_that_saw_the_brokers_beside_one_of_the_same_hour_that_did_not()
    {
        var hour = Now.AddDays(-2);
        await AddAsync([hour], ProbeOutcome.NotObserved);
        await AddAsync([hour.AddMinutes(1), hour.AddMinutes(2)]);

        await ThinAsync();

        Assert.Equal([hour, hour.AddMinutes(1)], await LeftAsync());
    }

    [Fact]
    public async Task Thinning_drops_what_is_older_than_a_year()
    {
        await AddAsync([Now.AddDays(-366), Now.AddDays(-364)]);

        await ThinAsync();

        Assert.Equal([Now.AddDays(-364)], await LeftAsync());
    }

    [Fact]
    public async Task Thinning_keeps_the_rounds_that_an_open_incident_will_be_judged_by()
    {
        var hour = Now.AddDays(-2);
        await AddAsync([hour, hour.AddMinutes(20), hour.AddMinutes(40), hour.AddMinutes(50)]);
        await using var db = _database.Open();
        var id = new IncidentId(Guid.NewGuid());
        db.Incidents.Add(new Incident
        {
            Id = id,
            Scenario = "S10",
            Subject = "acme.t.payments",
            Title = "failed",
            Reason = "test",
            DetectedAt = hour.AddMinutes(41),
            LastGoodAt = hour.AddMinutes(40),
            Timeline = [new IncidentEvent { IncidentId = id, At = hour.AddMinutes(51), LastGoodAt = hour.AddMinutes(50), Text = "Detected again." }],
        });
        await db.SaveChangesAsync(DomainDatabase.Token);

        await ThinAsync();

        Assert.Equal([hour, hour.AddMinutes(40), hour.AddMinutes(50)], await LeftAsync());
    }

    [Fact]
    public async Task Thinning_deletes_no_more_than_its_limit_in_one_call()
    {
        var hour = Now.AddDays(-2);
        await AddAsync(Enumerable.Range(0, EvidenceStore.MaxThinned + 7).Select(index => hour.AddMilliseconds(index)));

        await ThinAsync();
        Assert.Equal(7, (await LeftAsync()).Count);
        await ThinAsync();
        Assert.Equal([hour], await LeftAsync());
    }

    [Fact]
    public async Task Thinning_is_on_the_schedule_of_a_host_with_recovery()
    {
        var folder = Directory.CreateTempSubdirectory("pioneer-evidence-").FullName;
        await using (var platform = await FakePlatform.StartAsync())
        await using (var host = await JobsHost.StartAsync(
            folder, new KafkaOptions { BootstrapServers = "127.0.0.1:1", SecurityProtocol = "PLAINTEXT" }, platform.Url, platform.Url,
            services => services.AddRecovery()))
        {
            var old = TimeProvider.System.GetUtcNow().AddDays(-400);
            await host.InScopeAsync<PioneerDbContext, int>(db =>
            {
                db.Evidence.Add(Sample(old, ProbeOutcome.Healthy));
                return db.SaveChangesAsync(DomainDatabase.Token);
            });

            // the schedule is filled beside the rest of the start; nothing is triggered before
            var jobs = host.Get<IRecurringJobManagerV2>();
            await Wait.UntilAsync(() => jobs.TriggerJob("evidence-thinning") is not null);

            await Wait.UntilAsync(() => host.InScopeAsync<PioneerDbContext, bool>(
                async db => !await db.Evidence.AnyAsync(sample => sample.TakenAt == old, DomainDatabase.Token)));
        }

        TestFolder.Delete(folder);
    }

    private Task ThinAsync() => new EvidenceStore(_database.Get<IServiceScopeFactory>(), _database.Clock).ThinAsync(DomainDatabase.Token);

    private async Task AddAsync(IEnumerable<DateTimeOffset> times, ProbeOutcome outcome = ProbeOutcome.Healthy)
    {
        await using var db = _database.Open();
        db.Evidence.AddRange(times.Select(at => Sample(at, outcome)));
        await db.SaveChangesAsync(DomainDatabase.Token);
    }

    private async Task<List<DateTimeOffset>> LeftAsync()
    {
        await using var db = _database.Open();
        return await db.Evidence.OrderBy(sample => sample.TakenAt).Select(sample => sample.TakenAt).ToListAsync(DomainDatabase.Token);
    }

    private static EvidenceSample Sample(DateTimeOffset at, ProbeOutcome outcome) =>
        new() { TakenAt = at, Probe = "round", Subject = "platform", Outcome = outcome, Data = "{}" };
}
