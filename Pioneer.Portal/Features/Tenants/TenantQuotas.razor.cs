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

    // a little is not nothing, which would lift the limit
    private static long? Whole(double? value) => value is { } number ? (long)(number > 0 ? Math.Max(Math.Round(number), 1) : Math.Round(number)) : null;

    private async Task SaveAsync()
    {
        if (_input.Limits == Head.Limits)
        {
            _error = null;
            Toaster.Done("Nothing was changed.");
            return;
        }

        _busy = true;
        var saved = await SetLimits.ExecuteAsync(Me.Actor, Head.Slug.Value, _input.Limits, Head.Revision, default);
        _busy = false;
        _error = saved.Error;
        Toaster.RefusedUnseen(saved.Error, _gone.IsCancellationRequested);
        if (saved.IsSuccess)
        {
            Toaster.Started("Limits are saved; the quotas are being set.", "Follow it", PortalUrls.Operation(saved.Value.Value));
        }
    }

    /// <summary>The limits as they are being typed: what was typed stays as it was, whatever it is taken for.</summary>
    private sealed class TenantInput(TenantLimits limits)
    {
        private readonly Dictionary<string, string> _typed = [];

        public TenantLimits Limits { get; private set; } = limits;

        public string? Shown(LimitField field) => Typed(field) ?? field.Text(field.Read(Limits));

        public string? Typed(LimitField field) => _typed.GetValueOrDefault(field.Name);

        public void Type(LimitField field, string? text)
        {
            _typed[field.Name] = text ?? "";
            Limits = field.Write(Limits, double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value * field.Unit : null);
        }
    }

    /// <summary>One limit in the unit that people think in.</summary>
    private sealed record LimitField(
        string Name, string Label, string Hint, double Unit, Func<TenantLimits, double?> Read, Func<TenantLimits, double?, TenantLimits> Write)
    {
        public string DefaultText(TenantLimits defaults) => Read(defaults) is > TenantLimits.Unlimited and var value ? $"{Text(value)} (default)" : "no limit";

        public string? Text(double? value) => (value / Unit)?.ToString("0.######", CultureInfo.InvariantCulture);

        /// <summary>What is wrong with the figure, in the unit that it was typed in.</summary>
        public string Explain(Error error, string? typed) => TenantLimits.RangeOf(Name) is { } range && error.Code == TenantLimits.OutOfRange
            ? $"{Label}: {typed} is not possible; {Figure(range.Least)} to {Figure(range.Most)} is. {error.Hint}"
            : $"{error.Message} {error.Hint}";

        private string Figure(double value) => (value / Unit).ToString("#,0.######", CultureInfo.InvariantCulture);
    }
}
