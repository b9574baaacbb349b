/* The reference step written by hand in C, for one thread: what loyaltysim's kernels are held against.
 *
 * `step` makes one week. Customers are taken in blocks that fit a cache; who shops is compacted; loops over
 * columns are plain, for the compiler to vectorize (gcc with the options of c_model.py, and its vector mathematics);
 * a customer's states of all brands lie side by side, 32 bytes, so that a purchase touches one line of the cache.
 * What is told is kept and delivered when everybody has shopped, its addresses fetched ahead.
 *
 * Driven by c_model.py; tests/bench holds that it simulates the same market.
 */
#include <math.h>
#include <stdint.h>

enum { BRANDS = 4, BLOCK = 8192, CHUNK = 4096, AHEAD = 24, POINT = 1000 };

struct market {
    int64_t customers;
    float *chance, *sensitivity;    /* a customer's chance to shop, and how much prices matter */
    float (*state)[2 * BRANDS];     /* satisfaction with every brand, then bond */
    int32_t *points;                /* 1/1000 of a point */
    int8_t *last;                   /* the brand bought last, -1 none */
    int64_t *first;                 /* friends of i: neighbor[first[i]] … neighbor[first[i + 1] - 1] */
    int32_t *neighbor;
    int64_t *told_by;               /* room for a message of every customer: sender · 8 + brand · 2 + blame */
    float appeal[BRANDS], quality[BRANDS];
    float satisfaction_weight, bond_weight, progress_weight, spread, memory, growth, fading;
    float good_above, good_chance, bad_below, bad_chance, shift;
    int32_t full;                   /* points of a reward, 1/1000 */
};

struct counts {
    int64_t buyers[BRANDS], switches[BRANDS + 1][BRANDS], praise[BRANDS], blame[BRANDS];
};

static inline uint64_t mix(uint64_t z)     /* SplitMix64's finalizer */
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static inline float unit(uint32_t bits)    /* in (0, 1) */
{
    return ((float)(int32_t)(bits >> 9) + 0.5f) * 0x1p-23f;
}

static int shop(const struct market *m, int64_t start, int n, uint64_t salt, int32_t *restrict rows)
{
    static int32_t mask[BLOCK];
    const float *restrict chance = m->chance + start;
    for (int i = 0; i < n; i++)
        mask[i] = unit((uint32_t)(mix((uint64_t)(start + i) * 0x9E3779B97F4A7C15u + salt) >> 32)) < chance[i];
    int found = 0;
    for (int i = 0; i < n; i++) {
        rows[found] = (int32_t)(start + i);
        found += mask[i];
    }
    return found;
}

static void tell(struct market *m, int64_t messages)
{
    static int64_t heard[CHUNK * 64];
    static float by[CHUNK * 64];
    float *state = &m->state[0][0];
    for (int64_t at = 0; at < messages;) {
        int filled = 0;
        for (; at < messages && filled < CHUNK * 32; at++) {
            int64_t sender = m->told_by[at] >> 3, ahead = at + AHEAD < messages ? m->told_by[at + AHEAD] >> 3 : sender;
            __builtin_prefetch(&m->first[ahead]);
            int64_t near = at + AHEAD / 2 < messages ? m->told_by[at + AHEAD / 2] >> 3 : sender;
            __builtin_prefetch(&m->neighbor[m->first[near]]);
            int64_t brand = m->told_by[at] >> 1 & 3;
            float shift = m->told_by[at] & 1 ? -m->shift : m->shift;
            for (int64_t k = m->first[sender]; k < m->first[sender + 1]; k++) {
                if (filled == CHUNK * 64) {   /* somebody with very many friends */
                    for (int f = 0; f < filled; f++)
                        state[heard[f]] += by[f];
                    filled = 0;
                }
                heard[filled] = (int64_t)m->neighbor[k] * 2 * BRANDS + brand;
                by[filled++] = shift;
            }
        }
        for (int f = 0; f < filled; f++) {
            __builtin_prefetch(&state[heard[f + AHEAD < filled ? f + AHEAD : f]], 1);
            state[heard[f]] += by[f];
        }
    }
}

void step(struct market *m, const float *price, int64_t week, uint64_t seed, struct counts *counts)
{
    static int32_t rows[BLOCK + 1];
    static uint64_t luck[BLOCK];
    static float u[BRANDS][BLOCK], limit[BLOCK], experience[BLOCK], chat[BLOCK];
    static int32_t brand[BLOCK];
    const uint64_t salt = mix(seed * 0x9E3779B97F4A7C15u + mix((uint64_t)week + 1));
    const int32_t earned = (int32_t)lrintf(price[0] * POINT);
    const float progress = m->progress_weight / (float)m->full;
    int64_t messages = 0;
    for (int64_t start = 0; start < m->customers; start += BLOCK) {
        int all = m->customers - start < BLOCK ? (int)(m->customers - start) : BLOCK;
        int n = shop(m, start, all, salt, rows);
        for (int q = 0; q < n; q++) {
            int64_t row = rows[q];
            const float *own = m->state[row], sensitivity = m->sensitivity[row];
            for (int b = 0; b < BRANDS; b++)
                u[b][q] = m->appeal[b] + m->satisfaction_weight * own[b] + m->bond_weight * own[BRANDS + b]
                          - price[b] * sensitivity;
            u[0][q] += (float)m->points[row] * progress;
        }
        for (int q = 0; q < n; q++)
            luck[q] = mix((uint64_t)rows[q] * 0x9E3779B97F4A7C15u + salt + 1);
        for (int q = 0; q < n; q++)
            limit[q] = unit((uint32_t)luck[q]);
        for (int q = 0; q < n; q++)
            chat[q] = unit((uint32_t)(luck[q] >> 32));
        for (int q = 0; q < n; q++)
            luck[q] = mix((uint64_t)rows[q] * 0x9E3779B97F4A7C15u + salt + 2);
        for (int q = 0; q < n; q++) {
            float first = unit((uint32_t)luck[q]), second = unit((uint32_t)(luck[q] >> 32));
            experience[q] = sqrtf(-2.0f * logf(first)) * cosf(6.2831853f * second);
        }
        for (int q = 0; q < n; q++) {
            float a = expf(u[0][q]), b = a + expf(u[1][q]), c = b + expf(u[2][q]), d = c + expf(u[3][q]);
            float x = limit[q] * (d + 1.0f);   /* the utility of no purchase is 0 */
            brand[q] = (a <= x) + (b <= x) + (c <= x) + (d <= x);
        }
        for (int q = 0; q < n; q++) {
            int b = brand[q];
            if (b == BRANDS)
                continue;
            int64_t row = rows[q];
            float *satisfaction = &m->state[row][b], *bond = &m->state[row][BRANDS + b];
            float lived = m->quality[b] + m->spread * experience[q];
            *satisfaction += m->memory * (lived - *satisfaction);
            *bond += m->growth * *satisfaction - m->fading * *bond;
            counts->switches[m->last[row] + 1][b]++;
            m->last[row] = (int8_t)b;
            if (b == 0) {
                int32_t points = m->points[row] + earned;
                m->points[row] = points >= m->full ? points - m->full : points;
            }
            int good = lived > m->good_above && chat[q] < m->good_chance;
            int bad = lived < m->bad_below && chat[q] < m->bad_chance;
            if (good | bad) {
                (good ? counts->praise : counts->blame)[b]++;
                m->told_by[messages++] = row * 8 + b * 2 + bad;
            }
        }
    }
    tell(m, messages);
    for (int a = 0; a <= BRANDS; a++)
        for (int b = 0; b < BRANDS; b++)
            counts->buyers[b] += counts->switches[a][b];
}
