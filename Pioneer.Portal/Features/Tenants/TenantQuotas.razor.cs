using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Tenants;

/// <summary>A tenant's limits as a form; saving starts the operation that sets the quotas.</summary>
public sealed partial class TenantQuotas : IDisposable
{
    private const double Mebibyte = 1 << 20;

    private static readonly LimitField[] Fields =
    [
        new("producerBytesPerSecond", "Write, MiB/s", "What the tenant's queries may write.", Mebibyte,
            limits => limits.ProducerBytesPerSecond, (limits, value) => limits with { ProducerBytesPerSecond = Whole(value) }),
        new("consumerBytesPerSecond", "Read, MiB/s", "What its queries, and each of its credentials, may read.", Mebibyte,
            limits => limits.ConsumerBytesPerSecond, (limits, value) => limits with { ConsumerBytesPerSecond = Whole(value) }),
        new("requestPercentage", "Request time, %", "Share of a broker's request threads, 100 for each thread.", 1,
            limits => limits.RequestPercentage, (limits, value) => limits with { RequestPercentage = value }),
        new("controllerMutationsPerSecond", "Topic changes, partitions/s", "Partitions that its queries may create or delete.", 1,
            limits => limits.ControllerMutationsPerSecond, (limits, value) => limits with { ControllerMutationsPerSecond = value }),
    ];

    private readonly CancellationTokenSource _gone = new();
    private TenantInput _input = new(new TenantLimits());
    private Error? _error;
    private bool _busy;

    [Parameter, EditorRequired]
    public required TenantHead Head { get; set; }

    [Inject]
    public required SetTenantLimits SetLimits { get; set; }

    [Inject]
    public required IOptions<ProvisioningOptions> Options { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required Toaster Toaster { get; set; }

    private TenantLimits Defaults => Options.Value.Limits;

    private bool MayChange => Me.Actor.PlatformRole == PlatformRole.Admin;

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    // The page gives a new key when the saved limits change, so that nothing else overwrites what a person is typing.
    protected override void OnInitialized() => _input = new TenantInput(Head.Limits);

    private static long? Whole(double? value) => value is { } number ? (long)Math.Round(number) : null;

    private async Task SaveAsync()
    {
        _busy = true;
        var saved = await SetLimits.ExecuteAsync(Me.Actor, Head.Slug.Value, _input.Limits, Head.Revision, _gone.Token);
        _busy = false;
        _error = saved.Error;
        if (saved.IsSuccess)
        {
            Toaster.Started("Limits are saved; the quotas are being set.", "Follow it", PortalUrls.Operation(saved.Value.Value));
        }
    }

    /// <summary>The limits as they are being typed.</summary>
    private sealed class TenantInput(TenantLimits limits)
    {
        public TenantLimits Limits { get; set; } = limits;
    }

    /// <summary>One limit in the unit that people think in.</summary>
    private sealed record LimitField(
        string Name, string Label, string Hint, double Unit, Func<TenantLimits, double?> Read, Func<TenantLimits, double?, TenantLimits> Write)
    {
        public string? Get(TenantInput input) => Text(Read(input.Limits));

        public void Set(TenantInput input, string? text) => input.Limits = Write(
            input.Limits, double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value * Unit : null);

        public string DefaultText(TenantLimits defaults) => Read(defaults) is > TenantLimits.Unlimited and var value ? $"{Text(value)} (default)" : "no limit";

        private string? Text(double? value) => (value / Unit)?.ToString(CultureInfo.InvariantCulture);
    }
}
