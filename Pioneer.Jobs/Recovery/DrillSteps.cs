using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Jobs.Recovery;

/// <summary>
/// The steps that a drill has before the playbook's own: take evidence, make the fault, see that the detector notices, heal. Only where the host
/// registered an <see cref="IFaultInjector"/>; elsewhere the platform is no drill target.
/// </summary>
public sealed class DrillSteps(IServiceScopeFactory scopes, PlatformWatch watch, DrillMarker marker, TimeProvider time, IFaultInjector? faults = null)
{
    /// <summary>The step of a drill that makes the fault.</summary>
    internal const int FaultOrdinal = 2;

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200), Short = TimeSpan.FromMinutes(1);

    /// <summary>Whether drills can be run here at all.</summary>
    public bool IsDrillTarget => faults is not null;

    /// <summary>The playbook with a drill's steps in front.</summary>
    public Playbook Prefix(Playbook playbook) => playbook with { Steps = [.. Steps(playbook.Scenario), .. playbook.Steps.Skip(1)] };

    private ImmutableArray<PlaybookStepDefinition> Steps(Scenario scenario)
    {
        var evidence = new PlaybookStepDefinition("Take evidence", Short, async (_, ct) =>
        {
            var round = await watch.TakeRoundAsync(ct);
            return round.Cluster is null
                ? new StepOutcome(false, "The brokers do not answer: a drill starts from a healthy platform.")
                : new StepOutcome(true, $"{Plural.Of(round.Cluster.Topics.Length, "topic")} and {Plural.Of(round.Cluster.Groups.Length, "group")} recorded.");
        });
        var inject = new PlaybookStepDefinition("Make the fault and wait until it is noticed", Short, (context, ct) => InjectAsync(scenario, context, ct));
        return scenario.Number == Scenario.ClusterUnavailable.Number
            ? [evidence, inject, new PlaybookStepDefinition("Start the brokers again", Short, HealAsync)]
            : [evidence, inject];
    }

    /// <summary>Makes the fault unless its incident is open already: a runner that takes a dead one's drill up makes it again, the dead one's fault died with it.</summary>
    private async Task<StepOutcome> InjectAsync(Scenario scenario, PlaybookContext context, CancellationToken ct)
    {
        marker.Begin(scenario, context.Run.Subject);
        try
        {
            if (await OpenIncidentAsync(context.Run, ct) is null)
            {
                await (scenario.Number == Scenario.ClusterUnavailable.Number
                    ? faults!.StopBrokersAsync(ct)
                    : faults!.FailConnectorAsync(context.Run.Subject, ct));
            }

            var start = time.GetTimestamp();
            Incident? incident;
            while ((incident = await OpenIncidentAsync(context.Run, ct)) is null)
            {
                await Task.Delay(Between, time, ct);
            }

            return new StepOutcome(true, $"Noticed after {time.GetElapsedTime(start).TotalSeconds:0.0} s: {incident.Title}.");
        }
        finally
        {
            marker.End(scenario, context.Run.Subject);
        }
    }

    private async Task<StepOutcome> HealAsync(PlaybookContext context, CancellationToken ct)
    {
        await faults!.StartBrokersAsync(ct);
        return new StepOutcome(true, "The brokers were started again on their own data.");
    }

    private async Task<Incident?> OpenIncidentAsync(PlaybookRun run, CancellationToken ct)
    {
        await using var scope = scopes.OpenPlatform(out var db);
        return await db.Incidents.AsNoTracking().OpenOf(run.Scenario, run.Subject).FirstOrDefaultAsync(ct);
    }
}
